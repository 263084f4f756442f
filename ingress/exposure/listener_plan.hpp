// Listener plan: the ports that one object asks for, before they are held against those of other objects.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.hpp"
#include "ingress/backend_registry.hpp"
#include "ingress/diagnostics.hpp"
#include "ingress/exposure/node_ports.hpp"
#include "ingress/options.hpp"
#include "routing/service_listener.hpp"

namespace fairway::ingress {

struct ListenerWish {
    routing::Transport transport = routing::Transport::tcp;
    SocketAddress address;
    /// The address belongs to the object alone, so that only the same address can be in its way.
    bool own_address = false;
    BackendKey backend;
    bool accept_proxy_protocol = false;
    bool send_proxy_protocol = false;
    std::string field;
    k8s::Position where;
};

struct ListenerPlan {
    std::vector<ListenerWish> wishes;
    std::optional<BackendKey> host_backend;  ///< what the host names of a Service mean
    std::vector<Diagnostic> diagnostics;
};

struct ServiceAddresses {
    IpAddress shared;                  ///< --service-address
    std::optional<IpAddress> cluster;  ///< the Service's own
};

/// What a Service asks for with --services:
/// - each spec.ports[].nodePort of types NodePort and LoadBalancer, on the shared address;
/// - each spec.ports[].port of type LoadBalancer, on the shared address, unless spec.loadBalancerSourceRanges guards it;
/// - each spec.ports[].port of a Service with a cluster address, on that address.
/// And the backend of its host names, if it has a TCP port. Reports what Fairway does in another way than a cluster would, and the node ports that were derived.
ListenerPlan plan_service(const k8s::Service& service, const ServiceAddresses& addresses, const NodePorts& node_ports);

/// What a ConfigMap of TCP or UDP services asks for: its keys are ports, its values
/// "namespace/service:port[:PROXY[:PROXY]]", with the Service's port by number or name. The first PROXY: clients send the
/// PROXY protocol; the second: endpoints get it. Leaves out what is wrong and says so.
/// @param addresses  to listen on; "0.0.0.0" and "::" for every one.
ListenerPlan plan_stream_services(const k8s::ConfigMap& map, routing::Transport transport,
                                  const std::vector<IpAddress>& addresses);

}  // namespace fairway::ingress
