// Endpoints from EndpointSlices and Endpoints, as they are given.
#include <algorithm>
#include <iterator>

#include "ingress/endpoints/found.hpp"
#include "ingress/endpoints/service_port.hpp"
#include "ingress/endpoints/topology.hpp"

namespace fairway::ingress {

namespace {

// Of slices that kube-controller-manager writes: its endpointslice and endpointslicemirroring controllers.
constexpr const char* kManagedBy = "endpointslice.kubernetes.io/managed-by";
constexpr std::string_view kControllers[] = {"endpointslice-controller.k8s.io",
                                             "endpointslicemirroring-controller.k8s.io"};

bool is_derived(const k8s::EndpointSlice& slice) {
    const auto label = slice.meta.labels.find(kManagedBy);
    return label != slice.meta.labels.end() && std::ranges::find(kControllers, label->second) != std::end(kControllers);
}

void add_slice(Found& found, const Wanted& wanted, const k8s::EndpointSlice& slice, const std::string& zone) {
    const auto number = endpoint_port(slice.ports, wanted.port);
    found.note_app_protocol(slice.ports, wanted.port);
    const bool by_zone = hints_decide(wanted.service, slice, zone);
    for (const auto& endpoint : slice.endpoints) {
        if (by_zone && !is_hinted_for(endpoint, zone)) continue;
        const bool ready = endpoint.ready.value_or(true) || wanted.service.publish_not_ready_addresses;
        const bool draining = endpoint.serving.value_or(true) && endpoint.terminating.value_or(false);
        if (!ready && !draining) {
            ++found.not_ready;
            continue;
        }
        // Names have not been endpoints since v1 came: kube-proxy leaves addressType FQDN out, too.
        for (const auto& address : endpoint.addresses)
            wanted.add(found, ready ? found.ready : found.draining, address, number, endpoint.target);
    }
}

}  // namespace

Found from_slices(const EndpointSources& sources, const Wanted& wanted, bool with_pods) {
    Found found;
    const std::string zone = sources.zone != nullptr ? *sources.zone : std::string();
    for (const auto* slice : sources.store.slices_of(wanted.service.meta.name)) {
        if (with_pods && is_derived(*slice)) continue;
        found.exists = true;
        add_slice(found, wanted, *slice, zone);
    }
    return found;
}

Found from_endpoints(const ObjectStore& store, const Wanted& wanted) {
    Found found;
    const auto* endpoints = store.find<k8s::Endpoints>(wanted.service.meta.name);
    if (endpoints == nullptr) return found;
    found.exists = true;
    for (const auto& subset : endpoints->subsets) {
        const auto number = endpoint_port(subset.ports, wanted.port);
        found.note_app_protocol(subset.ports, wanted.port);
        for (const auto& address : subset.addresses) wanted.add(found, found.ready, address.ip, number, address.target);
        if (!wanted.service.publish_not_ready_addresses) {
            found.not_ready += subset.not_ready_addresses.size();
            continue;
        }
        for (const auto& address : subset.not_ready_addresses)
            wanted.add(found, found.ready, address.ip, number, address.target);
    }
    return found;
}

}  // namespace fairway::ingress
