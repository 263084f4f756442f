#include "admin/status_pages.hpp"

namespace fairway::admin {

namespace {

HttpResponse health_page(Health health) {
    switch (health) {
        case Health::ready: return {200, "ok"};  // no line end: as ingress-nginx writes it
        case Health::starting: return {503, "starting: the first configuration is not live yet\n"};
        case Health::draining: return {503, "draining: shutting down\n"};
    }
    return {500, "unknown health\n"};
}

}  // namespace

HttpResponse status_page(const StatusSources& sources, const HttpRequest& request) {
    const bool health = request.path == sources.health_path;
    if (!health && request.path != "/metrics")
        return {404, "not found; there are " + sources.health_path + " and /metrics\n"};
    if (request.method != "GET" && request.method != "HEAD") return {405, "method not allowed; use GET\n"};
    if (health) return health_page(sources.health());
    return {200, metrics_page(sources.metrics()), std::string(kExpositionContentType)};
}

}  // namespace fairway::admin
