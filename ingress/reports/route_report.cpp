// The report of a route: one path of one host in the table that requests are matched against.
#include "ingress/reports/report_parts.hpp"

namespace fairway::ingress {

namespace json = boost::json;

namespace {

/// As the annotation backend-protocol names it.
std::string_view protocol_name(routing::UpstreamProtocol protocol) {
    switch (protocol) {
        case routing::UpstreamProtocol::http: return "HTTP";
        case routing::UpstreamProtocol::https: return "HTTPS";
        case routing::UpstreamProtocol::auto_http: return "AUTO_HTTP";
        case routing::UpstreamProtocol::h2c: return "GRPC";
        case routing::UpstreamProtocol::h2: return "GRPCS";
        case routing::UpstreamProtocol::fastcgi: return "FCGI";
    }
    return "";
}

json::object backend_report(const routing::Snapshot& snapshot, const routing::Route& route) {
    const routing::Backend& backend = *route.backend;
    const routing::EndpointSet& set = snapshot.endpoints->of(backend.id);
    json::array endpoints;
    for (const auto& endpoint : set.endpoints) endpoints.push_back(json::string(endpoint.address.to_string()));
    return {{"namespace", backend.service_namespace},
            {"service", backend.service},
            {"port", backend.port},
            {"protocol", protocol_name(routing::effective_protocol(route, set))},
            {"endpoints", std::move(endpoints)}};
}

}  // namespace

json::object route_report(const ReportContext& context, const std::string& host, const routing::Route& route) {
    const ResourceInfo& info = info_of(Resource::routes);
    const k8s::ObjectName owner =
        route.owner ? k8s::ObjectName{route.owner->ingress_namespace, route.owner->ingress} : k8s::ObjectName{};
    json::object metadata{{"name", host + route.path}, {"namespace", owner.ns}};
    if (const auto since = context.sources.first_seen.of({k8s::Ingress::kKind, owner}); since != 0)
        metadata["creationTimestamp"] = timestamp_text(since);
    const auto* ingress = context.sources.endpoints.store.find<k8s::Ingress>(owner);
    if (ingress != nullptr && ingress->meta.creation_time != 0)
        metadata["creationTimestamp"] = timestamp_text(ingress->meta.creation_time);
    json::object spec{{"host", host},
                      {"path", route.path},
                      {"pathType", route.type == routing::PathType::exact ? "Exact" : "Prefix"},
                      {"ingress", owner.name}};
    if (route.backend) spec["backend"] = backend_report(*context.sources.snapshot, route);
    return {{"apiVersion", info.api_version},
            {"kind", info.kind},
            {"metadata", std::move(metadata)},
            {"spec", std::move(spec)},
            {"status", json::object{{"denied", route.policy->denied}}}};
}

}  // namespace fairway::ingress
