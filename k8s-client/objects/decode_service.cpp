// Service: core/v1.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/ip_address.hpp"
#include "base/spelling.hpp"
#include "k8s-client/objects/kinds.hpp"
#include "k8s-client/objects/names.hpp"
#include "k8s-client/objects/quote.hpp"

namespace fairway::k8s {

namespace {

constexpr std::string_view kObjectFields[] = {"apiVersion", "kind", "metadata", "spec", "status"};
constexpr std::string_view kSpecFields[] = {"ports",
                                            "selector",
                                            "clusterIP",
                                            "clusterIPs",
                                            "type",
                                            "externalIPs",
                                            "sessionAffinity",
                                            "sessionAffinityConfig",
                                            "loadBalancerIP",
                                            "loadBalancerSourceRanges",
                                            "loadBalancerClass",
                                            "externalName",
                                            "externalTrafficPolicy",
                                            "internalTrafficPolicy",
                                            "healthCheckNodePort",
                                            "publishNotReadyAddresses",
                                            "ipFamilies",
                                            "ipFamilyPolicy",
                                            "allocateLoadBalancerNodePorts",
                                            "trafficDistribution",
                                            "topologyKeys"};
constexpr std::string_view kPortFields[] = {"name", "protocol", "appProtocol", "port", "targetPort", "nodePort"};
constexpr std::string_view kAffinityFields[] = {"clientIP"};
constexpr std::string_view kClientIpFields[] = {"timeoutSeconds"};
constexpr std::string_view kTypes[] = {"ClusterIP", "NodePort", "LoadBalancer", "ExternalName"};
constexpr std::string_view kAffinities[] = {"None", "ClientIP"};
constexpr std::string_view kFamilies[] = {"IPv4", "IPv6"};
constexpr std::string_view kFamilyPolicies[] = {"", "SingleStack", "PreferDualStack", "RequireDualStack"};
constexpr std::string_view kInternalPolicies[] = {"", "Cluster", "Local"};
constexpr std::string_view kProtocols[] = {"TCP", "UDP", "SCTP"};
constexpr std::int64_t kLongestAffinity = 86400;  // seconds: a day

// @param words  an empty one stands for absence and is not named.
void refuse_word(const Field& field, std::string_view text, std::span<const std::string_view> words) {
    if (words.front().empty()) words = words.subspan(1);
    field.error(
        fmt::format("{} is not one of {}{}", k8s::quoted(text), fmt::join(words, ", "), did_you_mean(text, words)));
}

// Index of a member's text in `words`; 0 when it is absent, or wrong, which is an error.
std::size_t decode_word(const Field& parent, std::string_view key, std::span<const std::string_view> words) {
    const auto field = parent.at(key);
    const auto text = field.text();
    if (!text || text->empty()) return 0;
    const auto found = std::find(words.begin(), words.end(), *text);
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    refuse_word(field, *text, words);
    return 0;
}

ServicePort decode_port(const Field& port) {
    ServicePort out;
    out.name = port.string("name");
    if (!out.name.empty() && !is_dns_label(out.name))
        port.at("name").error(
            fmt::format("{} is not a port's name; use lower-case letters, digits and '-'", k8s::quoted(out.name)));
    out.protocol = decode_protocol(port);
    out.app_protocol = port.string("appProtocol");
    if (const auto number = port.port("port"))
        out.port = *number;
    else if (!port.at("port").present())
        port.at("port").error("is required; write the port that the Service listens on");
    if (auto target = port.port_or_name("targetPort")) out.target_port = std::move(*target);
    if (const auto* name = std::get_if<std::string>(&out.target_port); name && !is_port_name(*name)) {
        const bool digits = !name->empty() && name->find_first_not_of("0123456789") == std::string::npos;
        port.at("targetPort")
            .error(digits ? fmt::format("must be a number, or a port's name; write {} without quotes", *name)
                          : fmt::format("{} is not a port's name; write a number, or the name of a container's port",
                                        k8s::quoted(*name)));
    }
    out.node_port = static_cast<std::int32_t>(port.integer("nodePort", 0, 65535).value_or(0));
    return out;
}

// ValidateService: several ports need names, and no two the same.
void check_port_names(const Field& ports, const std::vector<ServicePort>& decoded) {
    std::set<std::string_view> names;
    for (const auto& port : decoded) {
        if (decoded.size() > 1 && port.name.empty())
            ports.error(fmt::format("port {} needs a name, because the Service has several ports", port.port));
        else if (!port.name.empty() && !names.insert(port.name).second)
            ports.error(fmt::format("two ports are named {}; give each its own name", k8s::quoted(port.name)));
    }
}

void check_ip(const Field& field, std::string_view ip) {
    if (!IpAddress::parse(ip).has_value()) field.error(fmt::format("{} is not an IP address", k8s::quoted(ip)));
}

void decode_families(const Field& spec, Service& out) {
    for (const auto& item : spec.list("ipFamilies")) {
        const auto text = item.required_text("write IPv4 or IPv6");
        if (text.empty()) continue;
        const auto found = std::ranges::find(kFamilies, text);
        if (found == std::end(kFamilies)) {
            refuse_word(item, text, kFamilies);
            continue;
        }
        const auto family = found == std::begin(kFamilies) ? IpFamily::v4 : IpFamily::v6;
        if (std::ranges::find(out.ip_families, family) != out.ip_families.end())
            item.error(fmt::format("{} is there twice; write each family once", k8s::quoted(text)));
        else
            out.ip_families.push_back(family);
    }
    out.ip_family_policy = static_cast<IpFamilyPolicy>(decode_word(spec, "ipFamilyPolicy", kFamilyPolicies));
}

void decode_addresses(const Field& spec, Service& out) {
    out.cluster_ip = spec.string("clusterIP");
    if (!out.cluster_ip.empty() && out.cluster_ip != "None" && !IpAddress::parse(out.cluster_ip).has_value())
        spec.at("clusterIP")
            .error(fmt::format("{} is neither an IP address nor None (headless)", k8s::quoted(out.cluster_ip)));
    for (const auto& item : spec.list("clusterIPs")) {
        const auto ip = item.required_text("write an IP address, or None");
        if (!ip.empty() && ip != "None") check_ip(item, ip);
        out.cluster_ips.emplace_back(ip);
    }
    // Defaulting of the API: each of the two fields fills the other one in.
    if (out.cluster_ip.empty() && !out.cluster_ips.empty()) out.cluster_ip = out.cluster_ips.front();
    if (out.cluster_ips.empty() && !out.cluster_ip.empty()) out.cluster_ips.push_back(out.cluster_ip);
    for (const auto& item : spec.list("externalIPs")) {
        const auto ip = item.required_text("write an IP address");
        if (!ip.empty()) check_ip(item, ip);
        out.external_ips.emplace_back(ip);
    }
    out.external_name = spec.string("externalName");
    if (out.type != ServiceType::external_name) return;
    const auto name =
        std::string_view(out.external_name).substr(0, out.external_name.size() - out.external_name.ends_with('.'));
    if (name.empty())
        spec.at("externalName").error("is required when type is ExternalName; write the DNS name to reach");
    else if (!is_dns_subdomain(name))
        spec.at("externalName")
            .error(fmt::format("{} is not a DNS name in lower case", k8s::quoted(out.external_name)));
}

void decode_affinity(const Field& spec, Service& out) {
    out.client_ip_affinity = decode_word(spec, "sessionAffinity", kAffinities) == 1;
    const auto client_ip = spec.mapping("sessionAffinityConfig", kAffinityFields).mapping("clientIP", kClientIpFields);
    if (const auto seconds = client_ip.integer("timeoutSeconds", 1, kLongestAffinity))
        out.affinity_timeout_seconds = static_cast<std::int32_t>(*seconds);
}

void decode_load_balancer(const Field& spec, Service& out) {
    out.load_balancer_class = spec.string("loadBalancerClass");
    out.load_balancer_ip = spec.string("loadBalancerIP");
    for (const auto& item : spec.list("loadBalancerSourceRanges")) {
        const auto range = item.required_text("write a network such as 192.0.2.0/24");
        if (!range.empty()) out.load_balancer_source_ranges.emplace_back(range);
    }
    out.health_check_node_port = static_cast<std::int32_t>(spec.integer("healthCheckNodePort", 0, 65535).value_or(0));
}

}  // namespace

std::vector<LoadBalancerAddress> decode_load_balancer_status(const Field& root) {
    std::vector<LoadBalancerAddress> addresses;
    for (const auto& entry : root.mapping("status", {}).mapping("loadBalancer", {}).mappings("ingress", {}))
        addresses.push_back({entry.string("hostname"), entry.string("ip")});
    return addresses;
}

std::string_view to_string(Protocol protocol) noexcept { return kProtocols[static_cast<std::size_t>(protocol)]; }

Protocol decode_protocol(const Field& port) {
    constexpr Protocol kValues[] = {Protocol::tcp, Protocol::udp, Protocol::sctp};
    return kValues[decode_word(port, "protocol", kProtocols)];
}

Object decode_service(const Field& root, std::string_view) {
    constexpr ServiceType kValues[] = {ServiceType::cluster_ip, ServiceType::node_port, ServiceType::load_balancer,
                                       ServiceType::external_name};
    root.warn_unknown(kObjectFields);
    Service out;
    const auto spec = root.mapping("spec", kSpecFields);
    out.type = kValues[decode_word(spec, "type", kTypes)];
    decode_addresses(spec, out);
    decode_families(spec, out);
    out.selector = spec.strings("selector");
    for (const auto& port : spec.mappings("ports", kPortFields)) out.ports.push_back(decode_port(port));
    check_port_names(spec.at("ports"), out.ports);
    const bool needs_ports = out.type != ServiceType::external_name && out.cluster_ip != "None";
    if (out.ports.empty() && needs_ports && !root.report().failed())
        spec.at("ports").error("is required; write at least one port");
    out.publish_not_ready_addresses = spec.boolean("publishNotReadyAddresses").value_or(false);
    decode_affinity(spec, out);
    out.external_traffic_policy = spec.string("externalTrafficPolicy");
    out.internal_traffic_policy = kInternalPolicies[decode_word(spec, "internalTrafficPolicy", kInternalPolicies)];
    out.traffic_distribution = spec.string("trafficDistribution");
    decode_load_balancer(spec, out);
    out.status = decode_load_balancer_status(root);
    return out;
}

}  // namespace fairway::k8s
