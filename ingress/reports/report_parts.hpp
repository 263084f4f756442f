// The reports of single objects, and the pieces that they share.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <map>
#include <string>

#include "ingress/reports/object_reports.hpp"

namespace fairway::ingress {

/// What reports look at, and the diagnostics of the moment at which a list began.
struct ReportContext {
    ReportSources sources;
    DiagnosticIndex diagnostics;
};

boost::json::object service_report(const ReportContext& context, const k8s::Service& service);
boost::json::object pod_report(const ReportContext& context, const k8s::Pod& pod);
boost::json::object ingress_report(const ReportContext& context, const k8s::Ingress& ingress);
/// @param name  of a Service, or of an Endpoints object that belongs to none.
boost::json::object endpoints_report(const ReportContext& context, const k8s::ObjectName& name);
/// @param meta  of a Secret with a certificate.
boost::json::object certificate_report(const ReportContext& context, const k8s::ObjectMeta& meta);
boost::json::object route_report(const ReportContext& context, const std::string& host, const routing::Route& route);

/// apiVersion, kind and metadata. A missing creationTimestamp is when Fairway first saw the object.
boost::json::object report_head(const ReportContext& context, Resource resource, const k8s::ObjectMeta& meta,
                                const char* stored_kind);
boost::json::object json_map(const std::map<std::string, std::string>& map);
boost::json::value json_of(const k8s::IntOrString& value);
/// "2026-07-01T12:00:00Z"
std::string timestamp_text(std::int64_t seconds);

/// Probe of the Kubernetes API, with its defaults written out.
boost::json::object json_of(const k8s::Probe& probe);

}  // namespace fairway::ingress
