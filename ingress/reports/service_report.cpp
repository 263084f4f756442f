// The report of a Service: core/v1 Service.
#include "ingress/reports/report_parts.hpp"

namespace fairway::ingress {

namespace json = boost::json;

namespace {

const char* type_name(k8s::ServiceType type) {
    switch (type) {
        case k8s::ServiceType::cluster_ip: return "ClusterIP";
        case k8s::ServiceType::node_port: return "NodePort";
        case k8s::ServiceType::load_balancer: return "LoadBalancer";
        case k8s::ServiceType::external_name: return "ExternalName";
    }
    return "ClusterIP";
}

json::object port_report(const ReportContext& context, const k8s::Service& service, const k8s::ServicePort& port) {
    json::object result;
    if (!port.name.empty()) result["name"] = port.name;
    result["protocol"] = k8s::to_string(port.protocol);
    result["port"] = port.port;
    // An absent targetPort is the port itself, and the API server writes it down so.
    result["targetPort"] = port.target_port == k8s::IntOrString(0) ? json::value(port.port) : json_of(port.target_port);
    if (port.node_port != 0)
        result["nodePort"] = port.node_port;
    else if (const auto derived = context.sources.translator.node_ports().derived(service.meta.name, port))
        result["nodePort"] = *derived;
    if (!port.app_protocol.empty()) result["appProtocol"] = port.app_protocol;
    return result;
}

void add_affinity(json::object& spec, const k8s::Service& service) {
    spec["sessionAffinity"] = service.client_ip_affinity ? "ClientIP" : "None";
    if (service.client_ip_affinity)
        spec["sessionAffinityConfig"] =
            json::object{{"clientIP", json::object{{"timeoutSeconds", service.affinity_timeout_seconds}}}};
}

/// With --services the loopback address that is listened on, whatever the manifest says; otherwise what it says.
void add_cluster_addresses(json::object& spec, const ReportContext& context, const k8s::Service& service) {
    const auto own = context.sources.translator.cluster_addresses().of(service.meta.name);
    const std::string address = own ? own->to_string() : service.cluster_ip;
    if (address.empty()) return;
    spec["clusterIP"] = address;
    spec["clusterIPs"] = own || service.cluster_ips.empty()
                             ? json::array{address}
                             : json::array(service.cluster_ips.begin(), service.cluster_ips.end());
}

const char* policy_name(k8s::IpFamilyPolicy policy) {
    switch (policy) {
        case k8s::IpFamilyPolicy::unset: return "";
        case k8s::IpFamilyPolicy::single_stack: return "SingleStack";
        case k8s::IpFamilyPolicy::prefer_dual_stack: return "PreferDualStack";
        case k8s::IpFamilyPolicy::require_dual_stack: return "RequireDualStack";
    }
    return "";
}

void add_families(json::object& spec, const k8s::Service& service) {
    json::array families;
    for (const auto family : service.ip_families) families.push_back(family == k8s::IpFamily::v4 ? "IPv4" : "IPv6");
    if (!families.empty()) spec["ipFamilies"] = std::move(families);
    if (const std::string policy = policy_name(service.ip_family_policy); !policy.empty())
        spec["ipFamilyPolicy"] = policy;
}

/// Where a LoadBalancer Service is reached: on --service-address, once --services opens its ports.
json::object balancer_of(const ReportContext& context, const k8s::Service& service) {
    const TranslationOptions& options = context.sources.translator.options();
    if (!options.services || service.type != k8s::ServiceType::load_balancer) return {};
    const bool everywhere = options.service_address == IpAddress{} || options.service_address == IpAddress{.v6 = true};
    const std::string ip = everywhere ? "127.0.0.1" : options.service_address.to_string();
    return {{"ingress", json::array{json::object{{"ip", ip}}}}};
}

json::object spec_of(const ReportContext& context, const k8s::Service& service) {
    json::object spec{{"type", type_name(service.type)}};
    if (!service.selector.empty()) spec["selector"] = json_map(service.selector);
    add_cluster_addresses(spec, context, service);
    add_families(spec, service);
    if (!service.external_ips.empty())
        spec["externalIPs"] = json::array(service.external_ips.begin(), service.external_ips.end());
    if (!service.external_name.empty()) spec["externalName"] = service.external_name;
    json::array ports;
    for (const auto& port : service.ports) ports.push_back(port_report(context, service, port));
    spec["ports"] = std::move(ports);
    add_affinity(spec, service);
    if (service.publish_not_ready_addresses) spec["publishNotReadyAddresses"] = true;
    if (!service.external_traffic_policy.empty()) spec["externalTrafficPolicy"] = service.external_traffic_policy;
    if (!service.internal_traffic_policy.empty()) spec["internalTrafficPolicy"] = service.internal_traffic_policy;
    if (!service.traffic_distribution.empty()) spec["trafficDistribution"] = service.traffic_distribution;
    if (!service.load_balancer_class.empty()) spec["loadBalancerClass"] = service.load_balancer_class;
    return spec;
}

}  // namespace

json::object service_report(const ReportContext& context, const k8s::Service& service) {
    auto report = report_head(context, Resource::services, service.meta, k8s::Service::kKind);
    report["spec"] = spec_of(context, service);
    report["status"] = json::object{{"loadBalancer", balancer_of(context, service)},
                                    {"diagnostics", context.diagnostics.about(k8s::Service::kKind, service.meta.name)}};
    return report;
}

}  // namespace fairway::ingress
