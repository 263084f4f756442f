#include "ingress/exposure/service_hosts.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace fairway::ingress {

std::vector<std::string> service_host_names(const k8s::ObjectName& service, std::string_view cluster_domain) {
    const auto name = fmt::format("{}.{}", service.name, service.ns);
    std::vector<std::string> names{name, name + ".svc", fmt::format("{}.svc.{}", name, cluster_domain)};
    if (service.ns == "default") names.push_back(service.name);
    return names;
}

std::optional<std::string> service_host_port(const k8s::Service& service) {
    if (service.ports.empty() && service.type == k8s::ServiceType::external_name) return "80";
    const auto first = [&](auto matches) {
        const auto found = std::ranges::find_if(service.ports, [&](const k8s::ServicePort& port) {
            return port.protocol == k8s::Protocol::tcp && matches(port);
        });
        return found == service.ports.end() ? std::nullopt : std::optional(fmt::format("{}", found->port));
    };
    if (auto web = first([](const k8s::ServicePort& port) { return port.port == 80; })) return web;
    if (auto named = first([](const k8s::ServicePort& port) { return port.name == "http"; })) return named;
    return first([](const k8s::ServicePort&) { return true; });
}

}  // namespace fairway::ingress
