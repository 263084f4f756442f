#include "ingress/endpoints/cluster_endpoint.hpp"

#include <fmt/format.h>

#include "ingress/endpoints/app_protocol.hpp"
#include "ingress/endpoints/service_port.hpp"

namespace fairway::ingress {

std::optional<ServiceEndpoints> cluster_endpoint(const ObjectStore& store, const k8s::ObjectName& name,
                                                 std::string_view port, k8s::Protocol protocol) {
    const auto* service = store.find<k8s::Service>(name);
    if (service == nullptr || service->type == k8s::ServiceType::external_name) return std::nullopt;
    const auto address = IpAddress::parse(service->cluster_ip);  // "None" and "" are none
    const auto* service_port = find_service_port(*service, port, protocol);
    if (!address || service_port == nullptr || service_port->protocol != protocol) return std::nullopt;
    auto set = std::make_shared<routing::EndpointSet>();
    set->protocol = protocol_of(service_port->app_protocol);
    set->endpoints.push_back(
        {{*address, static_cast<std::uint16_t>(service_port->port)}, fmt::format("Service {}", name.to_string())});
    return ServiceEndpoints{std::move(set), {}, {}};
}

}  // namespace fairway::ingress
