// From a Service port to the addresses that stand behind it: port resolution, EndpointSlices, Endpoints, Pods.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "ingress/endpoint_sources.hpp"
#include "routing/backend.hpp"

namespace fairway::ingress {

/// Why a backend has no endpoint. `message` is a sentence without what happens instead.
struct BackendProblem {
    Severity severity = Severity::notice;
    std::string reason;  ///< empty: no problem
    std::string message;

    bool operator==(const BackendProblem&) const = default;
};

struct ServiceEndpoints {
    std::shared_ptr<const routing::EndpointSet> set;  ///< never null; empty when there is a problem
    BackendProblem problem;
};

/// The ready endpoints of a Service port.
/// @param port  as an Ingress writes it: a port number, a targetPort, or a port name; the first kind that fits counts.
/// Sources, the first that exists: EndpointSlices that name the Service by label, the Endpoints object of its name, the
/// Pods that its selector matches (manifests that carry status.podIP).
ServiceEndpoints resolve_endpoints(const EndpointSources& sources, const k8s::ObjectName& service,
                                   std::string_view port, k8s::Protocol protocol = k8s::Protocol::tcp);

/// The port of a Service that an Ingress's port means, or nullptr. One of `protocol` is preferred: DNS has 53 twice.
const k8s::ServicePort* find_service_port(const k8s::Service& service, std::string_view port,
                                          k8s::Protocol protocol = k8s::Protocol::tcp);

/// Whether the Service's selector chooses the Pod; false without a selector.
bool selects(const k8s::Service& service, const k8s::Pod& pod);

}  // namespace fairway::ingress
