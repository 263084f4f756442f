// Ports of Services: which one an Ingress means, and which number it has at an endpoint.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "k8s-client/objects/pod.hpp"
#include "k8s-client/objects/service.hpp"

namespace fairway::ingress {

/// The port of a Service that an Ingress's port means, or nullptr: its number is compared first, then targetPort as
/// written, then its name (ingress-nginx's order). One of `protocol` is preferred: DNS has 53 twice.
const k8s::ServicePort* find_service_port(const k8s::Service& service, std::string_view port,
                                          k8s::Protocol protocol = k8s::Protocol::tcp);

/// Service spec.ports[].targetPort as a number; nullopt when it is a name. 0 or absent: the Service's own port.
std::optional<std::int32_t> numeric_target(const k8s::ServicePort& port);

/// The number that a Pod gives a Service port: a named targetPort is looked up among the ports of its containers of the
/// same protocol, sidecars last (spec.containers[].ports[].name; each Pod may give the name another number).
std::optional<std::int32_t> pod_port(const k8s::Pod& pod, const k8s::ServicePort& port);

/// The EndpointSlice port or Endpoints port of a Service port, or nullptr: by the port's name, any when it has none.
const k8s::EndpointPort* find_endpoint_port(const std::vector<k8s::EndpointPort>& ports,
                                            const k8s::ServicePort& wanted);

/// The number that EndpointSlice ports[] or Endpoints subsets[].ports[] give a Service port: by the port's name, any
/// when it has none. Without such a port the numeric targetPort, as in ingress-nginx; kube-proxy would use none.
std::optional<std::int32_t> endpoint_port(const std::vector<k8s::EndpointPort>& ports, const k8s::ServicePort& wanted);

}  // namespace fairway::ingress
