// Endpoints (core/v1) and EndpointSlice (discovery.k8s.io/v1, v1beta1).
#include <fmt/format.h>

#include <algorithm>

#include "base/ip_address.hpp"
#include "base/spelling.hpp"
#include "k8s-client/objects/kinds.hpp"
#include "k8s-client/objects/names.hpp"
#include "k8s-client/objects/quote.hpp"

namespace fairway::k8s {

namespace {

constexpr std::string_view kEndpointsFields[] = {"apiVersion", "kind", "metadata", "subsets"};
constexpr std::string_view kSubsetFields[] = {"addresses", "notReadyAddresses", "ports"};
constexpr std::string_view kAddressFields[] = {"ip", "hostname", "nodeName", "targetRef"};
constexpr std::string_view kPortFields[] = {"name", "port", "protocol", "appProtocol"};
constexpr std::string_view kSliceFields[] = {"apiVersion", "kind", "metadata", "addressType", "endpoints", "ports"};
constexpr std::string_view kSliceEndpointFields[] = {
    "addresses", "conditions", "hostname", "targetRef", "deprecatedTopology", "topology", "nodeName", "zone", "hints"};
constexpr std::string_view kConditionFields[] = {"ready", "serving", "terminating"};
constexpr std::string_view kHintFields[] = {"forZones", "forNodes"};
constexpr std::string_view kZoneFields[] = {"name"};
constexpr std::string_view kAddressTypes[] = {"IPv4", "IPv6", "FQDN"};
constexpr std::string_view kZoneLabel = "topology.kubernetes.io/zone";
constexpr std::string_view kServiceLabel = "kubernetes.io/service-name";

// targetRef.name, else hostname: what to call an endpoint in messages.
std::string decode_target(const Field& endpoint) {
    auto name = endpoint.mapping("targetRef", {}).string("name");
    return name.empty() ? endpoint.string("hostname") : name;
}

std::string decode_hostname(const Field& endpoint) {
    auto hostname = endpoint.string("hostname");
    if (hostname.empty() || is_dns_label(hostname)) return hostname;
    endpoint.at("hostname")
        .error(fmt::format("{} is not one label of a DNS name in lower case", k8s::quoted(hostname)));
    return {};
}

EndpointPort decode_port(const Field& port) {
    EndpointPort out;
    out.name = port.string("name");
    out.protocol = decode_protocol(port);
    out.app_protocol = port.string("appProtocol");
    out.port = port.port("port");
    return out;
}

std::vector<EndpointAddress> decode_addresses(const Field& subset, std::string_view key) {
    std::vector<EndpointAddress> out;
    for (const auto& address : subset.mappings(key, kAddressFields)) {
        auto ip = address.required_string("ip", "write the endpoint's IP address");
        if (!ip.empty() && !IpAddress::parse(ip).has_value())
            address.at("ip").error(fmt::format(
                "{} is not an IP address; Endpoints take no names: use a Service of type ExternalName for one",
                k8s::quoted(ip)));
        out.push_back({std::move(ip), decode_target(address), decode_hostname(address)});
    }
    return out;
}

EndpointSubset decode_subset(const Field& subset) {
    EndpointSubset out;
    out.addresses = decode_addresses(subset, "addresses");
    out.not_ready_addresses = decode_addresses(subset, "notReadyAddresses");
    for (const auto& port : subset.mappings("ports", kPortFields)) {
        out.ports.push_back(decode_port(port));
        if (!port.at("port").present())
            port.at("port").error("is required; write the port that the endpoints listen on");
    }
    if (out.ports.size() > 1)
        for (const auto& port : out.ports)
            if (port.name.empty())
                subset.at("ports").error("each of several ports needs a name, the one it has in the Service");
    return out;
}

std::string decode_address_type(const Field& root) {
    auto type = root.required_string("addressType", "write IPv4, IPv6 or FQDN");
    if (!type.empty() && std::find(std::begin(kAddressTypes), std::end(kAddressTypes), type) == std::end(kAddressTypes))
        root.at("addressType")
            .error(fmt::format("{} is not one of IPv4, IPv6, FQDN{}", k8s::quoted(type),
                               did_you_mean(type, kAddressTypes)));
    return type;
}

void check_address(const Field& field, std::string_view address, std::string_view type) {
    if (type == "FQDN") {
        if (!is_dns_subdomain(address))
            field.error(fmt::format("{} is not a DNS name in lower case", k8s::quoted(address)));
        return;
    }
    const auto ip = IpAddress::parse(address);
    if (!ip.has_value())
        field.error(fmt::format("{} is not an IP address", k8s::quoted(address)));
    else if (ip->v6 != (type == "IPv6"))
        field.error(fmt::format("{} is not of addressType {}", k8s::quoted(address), type));
}

SliceEndpoint decode_slice_endpoint(const Field& endpoint, std::string_view type) {
    SliceEndpoint out;
    for (const auto& item : endpoint.list("addresses")) {
        const auto address = item.required_text("write an address");
        if (!address.empty()) check_address(item, address, type);
        out.addresses.emplace_back(address);
    }
    if (!endpoint.at("addresses").present()) endpoint.at("addresses").error("is required; write at least one address");
    const auto conditions = endpoint.mapping("conditions", kConditionFields);
    out.ready = conditions.boolean("ready");
    out.serving = conditions.boolean("serving");
    out.terminating = conditions.boolean("terminating");
    out.target = decode_target(endpoint);
    out.hostname = decode_hostname(endpoint);
    out.node_name = endpoint.string("nodeName");
    out.zone = endpoint.string("zone");
    // v1beta1 has the zone among the labels of the node.
    if (out.zone.empty()) out.zone = endpoint.mapping("topology", {}).string(kZoneLabel);
    for (const auto& zone : endpoint.mapping("hints", kHintFields).mappings("forZones", kZoneFields))
        out.hinted_zones.push_back(zone.required_string("name", "write the zone's name"));
    return out;
}

}  // namespace

std::string EndpointSlice::service_name() const {
    const auto label = meta.labels.find(std::string(kServiceLabel));
    return label == meta.labels.end() ? std::string{} : label->second;
}

Object decode_endpoints(const Field& root, std::string_view) {
    root.warn_unknown(kEndpointsFields);
    Endpoints out;
    for (const auto& subset : root.mappings("subsets", kSubsetFields)) out.subsets.push_back(decode_subset(subset));
    return out;
}

Object decode_endpoint_slice(const Field& root, std::string_view) {
    root.warn_unknown(kSliceFields);
    EndpointSlice out;
    out.address_type = decode_address_type(root);
    if (root.report().failed()) return out;  // without the type no address can be judged
    for (const auto& endpoint : root.mappings("endpoints", kSliceEndpointFields))
        out.endpoints.push_back(decode_slice_endpoint(endpoint, out.address_type));
    for (const auto& port : root.mappings("ports", kPortFields)) out.ports.push_back(decode_port(port));
    return out;
}

}  // namespace fairway::k8s
