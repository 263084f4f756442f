// From a Service port to the addresses that stand behind it. The sources and rules are in endpoints/.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "ingress/endpoint_sources.hpp"
#include "ingress/endpoints/problems.hpp"
#include "ingress/endpoints/service_port.hpp"
#include "routing/backend.hpp"

namespace fairway::ingress {

struct ServiceEndpoints {
    std::shared_ptr<const routing::EndpointSet> set;  ///< never null
    BackendProblem problem;                           ///< an empty set has one; one that is used may have a warning
    std::string external_name;                        ///< the name that DNS must be asked for; empty: none
};

/// The ready endpoints of a Service port. A Service without namespace is a host that a URL names (url_server.hpp).
/// @param port  as an Ingress writes it: a port number, a targetPort, or a port name; the first kind that fits counts.
///
/// A Service with spec.selector: the Pods it chooses, once one of them has an address, and EndpointSlices that somebody
/// wrote by hand; what the control plane derives from Pods is left out then. Otherwise, and without a selector, what is
/// given: EndpointSlices that name the Service by label; if there are none, the Endpoints object of its name. Headless
/// Services (clusterIP None) are no different: an Ingress always goes to the endpoints themselves, by targetPort.
/// When none is ready, endpoints that are terminating but still serving take the traffic, as in kube-proxy (KEP-1669);
/// ingress-nginx answers 503 then.
/// What they speak: spec.ports[].appProtocol of the Service, or else of the slice or Endpoints they come from.
ServiceEndpoints resolve_endpoints(const EndpointSources& sources, const k8s::ObjectName& service,
                                   std::string_view port, k8s::Protocol protocol = k8s::Protocol::tcp);

}  // namespace fairway::ingress
