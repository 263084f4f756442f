#include "ingress/endpoints/topology.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace fairway::ingress {

namespace {

constexpr const char* kTopologyMode = "service.kubernetes.io/topology-mode";

bool has_automatic_mode(const k8s::Service& service) {
    const auto mode = service.meta.annotations.find(kTopologyMode);
    return mode != service.meta.annotations.end() && ascii::iequals(mode->second, "auto");
}

}  // namespace

bool asks_for_topology(const k8s::Service& service) {
    // PreferSameZone is what Kubernetes calls PreferClose since 1.34.
    return has_automatic_mode(service) || service.traffic_distribution == "PreferClose" ||
           service.traffic_distribution == "PreferSameZone";
}

bool is_hinted_for(const k8s::SliceEndpoint& endpoint, const std::string& zone) {
    return std::ranges::find(endpoint.hinted_zones, zone) != endpoint.hinted_zones.end();
}

bool hints_decide(const k8s::Service& service, const k8s::EndpointSlice& slice, const std::string& zone) {
    if (zone.empty() || !asks_for_topology(service)) return false;
    const auto unhinted = [](const k8s::SliceEndpoint& endpoint) { return endpoint.hinted_zones.empty(); };
    if (std::ranges::any_of(slice.endpoints, unhinted)) return false;
    return has_automatic_mode(service) || std::ranges::any_of(slice.endpoints, [&](const k8s::SliceEndpoint& endpoint) {
               return is_hinted_for(endpoint, zone);
           });
}

}  // namespace fairway::ingress
