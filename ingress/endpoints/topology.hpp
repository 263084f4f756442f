// Topology: which endpoints of a slice are meant for the zone that we run in (reference 1.7).
#pragma once

#include <string>

#include "k8s-client/objects/service.hpp"

namespace fairway::ingress {

/// Annotation service.kubernetes.io/topology-mode: auto, or spec.trafficDistribution: PreferClose.
bool asks_for_topology(const k8s::Service& service);

bool is_hinted_for(const k8s::SliceEndpoint& endpoint, const std::string& zone);

/// Whether only the endpoints with a hint for the zone count: each has hints, and the Service asks for it.
/// ingress-nginx: with topology-mode a slice that has none for our zone gives no endpoints at all; with
/// trafficDistribution it gives all of them.
/// @param zone  empty: not known, so that they do not.
bool hints_decide(const k8s::Service& service, const k8s::EndpointSlice& slice, const std::string& zone);

}  // namespace fairway::ingress
