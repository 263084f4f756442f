// The report of an Ingress: networking.k8s.io/v1, whatever version its manifest has.
#include "ingress/reports/report_parts.hpp"

namespace fairway::ingress {

namespace json = boost::json;

namespace {

const char* type_name(k8s::PathType type) {
    switch (type) {
        case k8s::PathType::exact: return "Exact";
        case k8s::PathType::prefix: return "Prefix";
        case k8s::PathType::implementation_specific: return "ImplementationSpecific";
    }
    return "ImplementationSpecific";
}

json::object backend_report(const k8s::IngressBackend& backend) {
    if (backend.is_resource) return {{"resource", json::object{}}};
    const bool by_number = std::holds_alternative<std::int32_t>(backend.port);
    const json::object port{{by_number ? "number" : "name", json_of(backend.port)}};
    return {{"service", json::object{{"name", backend.service}, {"port", port}}}};
}

json::object rule_report(const k8s::IngressRule& rule) {
    json::array paths;
    for (const auto& path : rule.paths)
        paths.push_back(json::object{{"path", path.path.empty() ? "/" : path.path},
                                     {"pathType", type_name(path.type)},
                                     {"backend", backend_report(path.backend)}});
    json::object result;
    if (!rule.host.empty()) result["host"] = rule.host;
    result["http"] = json::object{{"paths", std::move(paths)}};
    return result;
}

json::object spec_of(const k8s::Ingress& ingress) {
    json::object spec;
    if (ingress.class_name) spec["ingressClassName"] = *ingress.class_name;
    if (ingress.default_backend) spec["defaultBackend"] = backend_report(*ingress.default_backend);
    json::array tls;
    for (const auto& entry : ingress.tls) {
        json::object section{{"hosts", json::array(entry.hosts.begin(), entry.hosts.end())}};
        if (!entry.secret_name.empty()) section["secretName"] = entry.secret_name;
        tls.push_back(std::move(section));
    }
    if (!tls.empty()) spec["tls"] = std::move(tls);
    json::array rules;
    for (const auto& rule : ingress.rules) rules.push_back(rule_report(rule));
    if (!rules.empty()) spec["rules"] = std::move(rules);
    return spec;
}

/// IngressLoadBalancerIngress. Listeners on every address are named by the one that works on this machine.
json::array addresses_of(const IngressAddress& address, bool tls) {
    json::array ports{json::object{{"port", address.http_port}, {"protocol", "TCP"}}};
    if (tls) ports.push_back(json::object{{"port", address.https_port}, {"protocol", "TCP"}});
    json::array result;
    if (address.addresses.empty()) result.push_back(json::object{{"ip", "127.0.0.1"}, {"ports", ports}});
    for (const IpAddress& ip : address.addresses)
        result.push_back(json::object{{"ip", ip.to_string()}, {"ports", ports}});
    return result;
}

}  // namespace

json::object ingress_report(const ReportContext& context, const k8s::Ingress& ingress) {
    const bool accepted = context.sources.translator.record(ingress.meta.name) != nullptr;
    json::object balancer;
    if (accepted) balancer["ingress"] = addresses_of(context.sources.ingress_address, !ingress.tls.empty());
    auto report = report_head(context, Resource::ingresses, ingress.meta, k8s::Ingress::kKind);
    report["spec"] = spec_of(ingress);
    report["status"] = json::object{{"loadBalancer", std::move(balancer)},
                                    {"accepted", accepted},
                                    {"diagnostics", context.diagnostics.about(k8s::Ingress::kKind, ingress.meta.name)}};
    return report;
}

}  // namespace fairway::ingress
