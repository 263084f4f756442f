// Node ports: those that Services write, and one for each port of a NodePort Service that writes none, as the API server
// would allocate it.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "k8s-client/objects/service.hpp"

namespace fairway::ingress {

/// kube-apiserver's default --service-node-port-range.
inline constexpr std::uint16_t kFirstNodePort = 30000;
inline constexpr std::uint16_t kLastNodePort = 32767;

/// spec.ports[] that needs a node port and writes none: nodePort 0 (or absent) on a Service of type NodePort.
bool wants_node_port(const k8s::Service& service, const k8s::ServicePort& port);

/// Keeps derived node ports apart from each other and from written ones.
///
/// The first choice for a port is a pure function of namespace, name and port number, the same for TCP and UDP; if that
/// is taken, the next one that is free, for a set of Services that come together in order of namespace and name. A
/// Service keeps a derived port while it exists, unless another one writes it.
class NodePorts {
public:
    /// The Services came, changed or went (nullptr).
    /// @return other Services, of which a derived port is another one now.
    std::vector<k8s::ObjectName> update(const std::map<k8s::ObjectName, const k8s::Service*>& changed);

    /// What was derived for a port that wants one; nullopt when all 2,768 are taken.
    std::optional<std::uint16_t> derived(const k8s::ObjectName& service, const k8s::ServicePort& port) const;

private:
    struct PortKey {
        k8s::ObjectName service;
        k8s::Protocol protocol = k8s::Protocol::tcp;
        std::int32_t port = 0;
        auto operator<=>(const PortKey&) const = default;
    };
    struct NodePort {
        k8s::Protocol protocol = k8s::Protocol::tcp;
        std::uint16_t number = 0;
        auto operator<=>(const NodePort&) const = default;
    };

    void forget_written(const k8s::ObjectName& service);
    void note_written(const k8s::Service& service);
    void release(const PortKey& key);
    void derive(const PortKey& key);

    std::map<k8s::ObjectName, std::set<NodePort>> written_by_;
    std::map<NodePort, int> written_;  ///< how many Services write it
    std::map<PortKey, std::uint16_t> derived_;
    std::set<NodePort> taken_;  ///< the numbers of `derived_`
};

}  // namespace fairway::ingress
