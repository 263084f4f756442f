// The pages of the health port: GET /healthz (or another path) and GET /metrics.
#pragma once

#include <functional>
#include <string>

#include "admin/http_server.hpp"
#include "admin/metrics_page.hpp"

namespace fairway::admin {

enum class Health {
    starting,  ///< no configuration is live on all workers yet
    ready,
    draining,  ///< shutting down: no new clients, please
};

/// Where the pages get their facts when somebody asks.
struct StatusSources {
    std::function<Health()> health;
    std::function<MetricsInput()> metrics;
    std::string health_path = "/healthz";  ///< --health-check-path
};

/// Answers one request: the health path with 200 "ok" or 503 and the reason, /metrics, else 404; 405 for other methods than
/// GET and HEAD.
HttpResponse status_page(const StatusSources& sources, const HttpRequest& request);

}  // namespace fairway::admin
