#include "k8s-client/objects/kinds.hpp"

#include <algorithm>

namespace fairway::k8s {

namespace {

constexpr std::string_view kCore[] = {"v1"};
constexpr std::string_view kIngress[] = {"networking.k8s.io/v1", "networking.k8s.io/v1beta1", "extensions/v1beta1"};
constexpr std::string_view kIngressClass[] = {"networking.k8s.io/v1", "networking.k8s.io/v1beta1"};
constexpr std::string_view kDiscovery[] = {"discovery.k8s.io/v1", "discovery.k8s.io/v1beta1"};

constexpr Kind kKinds[] = {
    {Ingress::kKind, kIngress, Scope::namespaced, NameSyntax::dns_subdomain, decode_ingress},
    {IngressClass::kKind, kIngressClass, Scope::cluster, NameSyntax::dns_subdomain, decode_ingress_class},
    {Service::kKind, kCore, Scope::namespaced, NameSyntax::dns_label, decode_service},
    {Endpoints::kKind, kCore, Scope::namespaced, NameSyntax::dns_subdomain, decode_endpoints},
    {EndpointSlice::kKind, kDiscovery, Scope::namespaced, NameSyntax::dns_subdomain, decode_endpoint_slice},
    {Secret::kKind, kCore, Scope::namespaced, NameSyntax::dns_subdomain, decode_secret},
    {ConfigMap::kKind, kCore, Scope::namespaced, NameSyntax::dns_subdomain, decode_config_map},
    {Pod::kKind, kCore, Scope::namespaced, NameSyntax::dns_subdomain, decode_pod},
    {Namespace::kKind, kCore, Scope::cluster, NameSyntax::dns_label, decode_namespace},
    {Node::kKind, kCore, Scope::cluster, NameSyntax::dns_subdomain, decode_node},
};

}  // namespace

std::span<const Kind> all_kinds() noexcept { return kKinds; }

const Kind* find_kind(std::string_view name) noexcept {
    const auto* const found =
        std::find_if(std::begin(kKinds), std::end(kKinds), [&](const Kind& kind) { return kind.name == name; });
    return found == std::end(kKinds) ? nullptr : found;
}

}  // namespace fairway::k8s
