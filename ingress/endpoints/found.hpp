// What one source of endpoints yields for a Service port, before it is a set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ingress/endpoint_sources.hpp"
#include "ingress/endpoints/ip_families.hpp"
#include "k8s-client/objects/service.hpp"
#include "routing/backend.hpp"

namespace fairway::ingress {

struct Found {
    std::vector<routing::Endpoint> ready;
    /// Terminating, but serving still: they take the traffic when nothing is ready.
    std::vector<routing::Endpoint> draining;
    // Why others are in neither list:
    std::size_t not_ready = 0;
    std::size_t without_address = 0;
    std::size_t without_port = 0;  ///< no number, or none from 1 to 65535, for the targetPort
    std::size_t other_family = 0;
    std::string app_protocol;  ///< of the port, where the first source that has one gives it
    bool exists = false;       ///< the source is there, even if it holds nothing
    bool pods = false;         ///< what was counted are Pods

    void merge(Found other);
    void note_app_protocol(const std::vector<k8s::EndpointPort>& ports, const k8s::ServicePort& wanted);
};

/// The port of a Service whose endpoints are wanted.
struct Wanted {
    const k8s::Service& service;
    const k8s::ServicePort& port;
    IpFamilies families = ip_families(service);

    /// Appends an address to `to`, or counts why not.
    void add(Found& found, std::vector<routing::Endpoint>& to, const std::string& ip,
             std::optional<std::int32_t> number, const std::string& target) const;
};

/// EndpointSlices with the label kubernetes.io/service-name. Conditions (discovery.k8s.io/v1 EndpointConditions): ready
/// when `ready` is true or absent; else draining when `terminating` is true and `serving` is true or absent (as kube-proxy
/// reads them, KEP-1669 ProxyTerminatingEndpoints). publishNotReadyAddresses makes every endpoint ready.
/// Endpoints for other zones are left out where hints say so (EndpointSources::zone).
/// @param with_pods  leaves out those that the control plane derives from the Pods, which are known better.
Found from_slices(const EndpointSources& sources, const Wanted& wanted, bool with_pods);

/// The Endpoints object of the Service's name: subsets[].addresses; with publishNotReadyAddresses notReadyAddresses too.
Found from_endpoints(const ObjectStore& store, const Wanted& wanted);

/// Whether the Service's Pods are known well enough to count: one that its selector chooses has an address. Manifests
/// of Pods without status say nothing of where they are; Endpoints or slices beside them do.
bool pods_count(const ObjectStore& store, const k8s::Service& service);

/// The Pods of the Service's namespace that spec.selector chooses, by status.podIPs.
Found from_pods(const EndpointSources& sources, const Wanted& wanted);

/// Whether a Pod can be an endpoint at all: neither Succeeded nor Failed (status.phase), nor terminating
/// (metadata.deletionTimestamp), unless publishNotReadyAddresses keeps it until it is gone.
bool may_be_endpoint(const k8s::Service& service, const k8s::Pod& pod);

/// What probes say of a Pod, else the condition Ready in its manifest, else its phase: no phase means Running. Without
/// the condition every one of spec.readinessGates must be true among status.conditions; with it, it holds them already.
bool is_ready(const k8s::Pod& pod, const PodReadiness& probed);

}  // namespace fairway::ingress
