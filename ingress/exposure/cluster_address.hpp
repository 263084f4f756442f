// Cluster addresses: the loopback address that stands for a Service's clusterIP where there is no cluster. Listeners,
// DNS, `env`, `get` and `describe` all ask here.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/ip_address.hpp"
#include "k8s-client/objects/service.hpp"

namespace fairway::ingress {

/// Whether Kubernetes gives the Service a cluster address: not when it is headless (clusterIP None) or an ExternalName.
bool has_cluster_address(const k8s::Service& service);

/// The first choice of a Service without spec.clusterIP in 127.0.0.0/8: a pure function of "namespace/name" into
/// 127.1.0.1 - 127.255.255.254. Left out are 127.0.0.0/16, where systems keep addresses of their own (127.0.0.1,
/// 127.0.0.53, 127.0.1.1), and addresses that end in .0 or .255.
IpAddress preferred_cluster_address(const k8s::ObjectName& service);

/// Gives every Service its address, each address once.
///
/// A spec.clusterIP inside 127.0.0.0/8 is used as it is. Otherwise the Service gets its preferred address, or the next
/// one that is free: for a set of Services that come together, in order of namespace and name. A Service keeps its
/// address while it exists; only another's spec.clusterIP takes it away.
class ClusterAddresses {
public:
    /// The Services came, changed (`after` not null) or went.
    /// @param changed  name -> the Service now, or nullptr; those without a cluster address count as gone.
    /// @return other Services, whose address is another one now.
    std::vector<k8s::ObjectName> update(const std::map<k8s::ObjectName, const k8s::Service*>& changed);

    /// nullopt: the Service has no cluster address, or is unknown.
    std::optional<IpAddress> of(const k8s::ObjectName& service) const;
    /// The Service that has the address, or nullptr. Among several with the same spec.clusterIP, the first by name.
    const k8s::ObjectName* owner_of(const IpAddress& address) const;

private:
    void release(const k8s::ObjectName& service);
    void take(const k8s::ObjectName& service, const IpAddress& address);
    void derive(const k8s::ObjectName& service);

    std::map<k8s::ObjectName, IpAddress> addresses_;
    std::map<IpAddress, std::set<k8s::ObjectName>> owners_;
    std::set<k8s::ObjectName> given_;  ///< those whose address is their spec.clusterIP
};

}  // namespace fairway::ingress
