// Pod: core/v1. All of Kubernetes' fields pass in silence; only those that Services need are read.
#include <fmt/format.h>

#include "base/ip_address.hpp"
#include "k8s-client/objects/kinds.hpp"
#include "k8s-client/objects/quote.hpp"

namespace fairway::k8s {

namespace {

Container decode_container(const Field& container) {
    Container out;
    out.name = container.string("name");
    for (const auto& port : container.mappings("ports", {})) {
        ContainerPort decoded;
        decoded.name = port.string("name");
        decoded.protocol = decode_protocol(port);
        if (const auto number = port.port("containerPort"))
            decoded.container_port = *number;
        else if (!port.at("containerPort").present())
            port.at("containerPort").error("is required; write the port that the container listens on");
        out.ports.push_back(std::move(decoded));
    }
    out.readiness = decode_probe(container, "readinessProbe");
    out.startup = decode_probe(container, "startupProbe");
    out.liveness = decode_probe(container, "livenessProbe");
    return out;
}

std::vector<std::string> decode_ips(const Field& status) {
    std::vector<std::string> out;
    for (const auto& ip : status.mappings("podIPs", {})) out.push_back(ip.string("ip"));
    if (out.empty())
        if (auto ip = status.string("podIP"); !ip.empty()) out.push_back(std::move(ip));
    for (const auto& ip : out)
        if (!IpAddress::parse(ip).has_value()) status.error(fmt::format("{} is not an IP address", k8s::quoted(ip)));
    return out;
}

// status.conditions[].status: "True", "False" or "Unknown".
std::map<std::string, bool> decode_conditions(const Field& status) {
    std::map<std::string, bool> out;
    for (const auto& condition : status.mappings("conditions", {}))
        out[condition.string("type")] = condition.string("status") == "True";
    return out;
}

}  // namespace

Object decode_pod(const Field& root, std::string_view) {
    Pod out;
    const auto spec = root.mapping("spec", {});
    for (const auto& container : spec.mappings("containers", {})) out.containers.push_back(decode_container(container));
    // A sidecar's ports can be named by a Service too.
    for (const auto& container : spec.mappings("initContainers", {}))
        if (container.string("restartPolicy") == "Always") out.containers.push_back(decode_container(container));
    for (const auto& gate : spec.mappings("readinessGates", {}))
        out.readiness_gates.push_back(gate.required_string("conditionType", "write the type of a condition"));
    out.hostname = spec.string("hostname");
    out.subdomain = spec.string("subdomain");
    out.node_name = spec.string("nodeName");
    const auto status = root.mapping("status", {});
    out.phase = status.string("phase");
    out.pod_ips = decode_ips(status);
    out.conditions = decode_conditions(status);
    if (const auto ready = out.conditions.find("Ready"); ready != out.conditions.end()) out.ready = ready->second;
    return out;
}

}  // namespace fairway::k8s
