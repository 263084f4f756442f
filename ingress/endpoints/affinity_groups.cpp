#include "ingress/endpoints/affinity_groups.hpp"

#include "ingress/endpoints/service_port.hpp"

namespace fairway::ingress {

std::optional<routing::ClientIpAffinity> AffinityGroups::of(const ObjectStore& store, const k8s::ObjectName& service,
                                                            std::string_view port, k8s::Protocol protocol) {
    const auto* object = store.find<k8s::Service>(service);
    if (object == nullptr || !object->client_ip_affinity || object->type == k8s::ServiceType::external_name)
        return std::nullopt;
    const auto* own = find_service_port(*object, port, protocol);
    if (own == nullptr || own->protocol != protocol) return std::nullopt;
    const auto next = static_cast<std::uint32_t>(groups_.size());
    const auto group = groups_.try_emplace({service, own->port, protocol}, next).first->second;
    return routing::ClientIpAffinity{group, std::chrono::seconds(object->affinity_timeout_seconds)};
}

}  // namespace fairway::ingress
