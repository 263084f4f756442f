// Endpoints from Pods: what kube-controller-manager's endpoint slice controller does in a cluster.
#include <algorithm>

#include "ingress/endpoints/found.hpp"
#include "ingress/endpoints/service_port.hpp"

namespace fairway::ingress {

namespace {

bool gates_are_open(const k8s::Pod& pod) {
    return std::ranges::all_of(pod.readiness_gates, [&](const std::string& gate) {
        const auto condition = pod.conditions.find(gate);
        return condition != pod.conditions.end() && condition->second;
    });
}

void add_pod(Found& found, const Wanted& wanted, const k8s::Pod& pod) {
    if (pod.pod_ips.empty()) {
        ++found.without_address;
        return;
    }
    const auto number = pod_port(pod, wanted.port);
    for (const auto& ip : pod.pod_ips) {
        wanted.add(found, found.ready, ip, number, pod.meta.name.name);
        if (wanted.families.primary_only) break;
    }
}

}  // namespace

bool may_be_endpoint(const k8s::Service& service, const k8s::Pod& pod) {
    if (pod.phase == "Succeeded" || pod.phase == "Failed") return false;
    return !pod.meta.deletion_time || service.publish_not_ready_addresses;
}

bool is_ready(const k8s::Pod& pod, const PodReadiness& probed) {
    if (const auto known = probed.of(pod.meta.name)) return *known;
    if (pod.ready) return *pod.ready;
    return (pod.phase.empty() || pod.phase == "Running") && gates_are_open(pod);
}

bool pods_count(const ObjectStore& store, const k8s::Service& service) {
    return std::ranges::any_of(store.pods_of(service), [](const k8s::Pod* pod) { return !pod->pod_ips.empty(); });
}

Found from_pods(const EndpointSources& sources, const Wanted& wanted) {
    Found found;
    found.pods = true;
    for (const auto* pod : sources.store.pods_of(wanted.service)) {
        if (!may_be_endpoint(wanted.service, *pod)) continue;
        found.exists = true;
        if (wanted.service.publish_not_ready_addresses || is_ready(*pod, sources.readiness))
            add_pod(found, wanted, *pod);
        else
            ++found.not_ready;
    }
    return found;
}

}  // namespace fairway::ingress
