// The report of a route: one path of one host in the table that requests are matched against.
#include "ingress/reports/report_parts.hpp"

namespace fairway::ingress {

namespace json = boost::json;

namespace {

json::object backend_report(const routing::Snapshot& snapshot, const routing::Backend& backend) {
    json::array endpoints;
    for (const auto& endpoint : snapshot.endpoints->of(backend.id).endpoints)
        endpoints.push_back(json::string(endpoint.address.to_string()));
    return {{"namespace", backend.service_namespace},
            {"service", backend.service},
            {"port", backend.port},
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
    if (route.backend) spec["backend"] = backend_report(*context.sources.snapshot, *route.backend);
    return {{"apiVersion", info.api_version},
            {"kind", info.kind},
            {"metadata", std::move(metadata)},
            {"spec", std::move(spec)},
            {"status", json::object{{"denied", route.policy->denied}}}};
}

}  // namespace fairway::ingress
