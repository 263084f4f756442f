#include "ingress/cluster/resources.hpp"

namespace fairway::ingress {

namespace {

constexpr std::string_view kCore = "/api/v1";
constexpr std::string_view kNetworking = "/apis/networking.k8s.io/v1";
constexpr std::string_view kDiscovery = "/apis/discovery.k8s.io/v1";

/// Secrets that hold neither certificates nor passwords, and are many and large.
constexpr const char* kSecretsThatMatter = "type!=helm.sh/release.v1,type!=kubernetes.io/service-account-token";

k8s::WatchedResource one_of(std::string_view kind, std::string_view plural, const k8s::ObjectName& name) {
    return {kind, kCore, plural, name.ns, "metadata.name=" + name.name, {}};
}

}  // namespace

k8s::WatchedResource one_configmap(const k8s::ObjectName& name) {
    return one_of(k8s::ConfigMap::kKind, "configmaps", name);
}

k8s::WatchedResource one_secret(const k8s::ObjectName& name) { return one_of(k8s::Secret::kKind, "secrets", name); }

std::set<k8s::ObjectName> named_configmaps(const TranslationOptions& options) {
    std::set<k8s::ObjectName> maps;
    for (const auto* name : {&options.configmap, &options.tcp_services_configmap, &options.udp_services_configmap})
        if (*name) maps.insert(**name);
    return maps;
}

std::vector<k8s::WatchedResource> resources_for(const TranslationOptions& options,
                                                const std::optional<k8s::ObjectName>& published) {
    const std::string& ns = options.watch_namespace;
    std::vector<k8s::WatchedResource> resources = {
        {k8s::Ingress::kKind, kNetworking, "ingresses", ns, {}, {}},
        {k8s::IngressClass::kKind, kNetworking, "ingressclasses", {}, {}, {}},
        {k8s::Service::kKind, kCore, "services", ns, {}, {}},
        {k8s::EndpointSlice::kKind, kDiscovery, "endpointslices", ns, {}, {}},
        {k8s::Secret::kKind, kCore, "secrets", ns, kSecretsThatMatter, {}},
    };
    if (published && !ns.empty() && published->ns != ns)
        resources.push_back(one_of(k8s::Service::kKind, "services", *published));
    for (const auto& map : named_configmaps(options)) resources.push_back(one_configmap(map));
    if (!options.watch_namespace_selector.empty())
        resources.push_back({k8s::Namespace::kKind, kCore, "namespaces", {}, {}, options.watch_namespace_selector});
    return resources;
}

}  // namespace fairway::ingress
