#include "ingress/endpoints/service_port.hpp"

#include <fmt/format.h>

#include <string>
#include <variant>

namespace fairway::ingress {

const k8s::ServicePort* find_service_port(const k8s::Service& service, std::string_view port, k8s::Protocol protocol) {
    const auto first = [&](auto matches) -> const k8s::ServicePort* {
        const k8s::ServicePort* other_protocol = nullptr;
        for (const auto& candidate : service.ports) {
            if (!matches(candidate)) continue;
            if (candidate.protocol == protocol) return &candidate;
            if (other_protocol == nullptr) other_protocol = &candidate;
        }
        return other_protocol;
    };
    if (const auto* by_number =
            first([&](const auto& p) { return std::string_view(fmt::format_int(p.port).c_str()) == port; }))
        return by_number;
    if (const auto* by_target = first([&](const auto& p) { return k8s::to_string(p.target_port) == port; }))
        return by_target;
    return first([&](const auto& p) { return !p.name.empty() && p.name == port; });
}

std::optional<std::int32_t> numeric_target(const k8s::ServicePort& port) {
    const auto* number = std::get_if<std::int32_t>(&port.target_port);
    if (number == nullptr) return std::nullopt;
    return *number == 0 ? port.port : *number;
}

std::optional<std::int32_t> pod_port(const k8s::Pod& pod, const k8s::ServicePort& port) {
    const auto* name = std::get_if<std::string>(&port.target_port);
    if (name == nullptr) return numeric_target(port);
    for (const auto& container : pod.containers)
        for (const auto& candidate : container.ports)
            if (candidate.name == *name && candidate.protocol == port.protocol) return candidate.container_port;
    return std::nullopt;
}

const k8s::EndpointPort* find_endpoint_port(const std::vector<k8s::EndpointPort>& ports,
                                            const k8s::ServicePort& wanted) {
    for (const auto& port : ports) {
        if (port.protocol != wanted.protocol || !port.port) continue;
        if (wanted.name.empty() || port.name == wanted.name) return &port;
    }
    return nullptr;
}

std::optional<std::int32_t> endpoint_port(const std::vector<k8s::EndpointPort>& ports, const k8s::ServicePort& wanted) {
    const auto* port = find_endpoint_port(ports, wanted);
    return port != nullptr ? port->port : numeric_target(wanted);
}

}  // namespace fairway::ingress
