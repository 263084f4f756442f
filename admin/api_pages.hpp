// The pages of the admin API: the live objects of this instance as JSON, read-only. For users: docs/admin-api.md.
//
//   GET /api/v1                                    which resources there are
//   GET /api/v1/services                           a List of all
//   GET /api/v1/services/default                   of one namespace
//   GET /api/v1/services/default/kubia             one object (routes: all of a host)
//   GET /api/v1/explain?url=URL[&method=METHOD][&header=NAME:VALUE...][&source-ip=IP]    why a request goes where it goes
#pragma once

#include <functional>

#include "admin/http_server.hpp"
#include "base/result.hpp"
#include "ingress/explain.hpp"
#include "ingress/reports/object_reports.hpp"

namespace fairway::admin {

/// Where the pages get their facts when somebody asks.
struct ApiSources {
    /// What it returns must live as long as the server.
    std::function<ingress::ReportStream(const ingress::ReportQuery&)> objects;
    std::function<Result<ingress::Explanation>(const ingress::ExplainRequest&)> explain;
};

/// Answers one request. Errors are a Kubernetes Status: 400 for a wrong query, 403 for a Host that is a name other than
/// localhost, 404 for what is not there, 405 for other methods than GET and HEAD.
HttpResponse api_page(const ApiSources& sources, const HttpRequest& request);

}  // namespace fairway::admin
