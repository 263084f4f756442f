// Exposure: from Services (--services) and the TCP and UDP services ConfigMaps to the list of listeners, incrementally: a
// change of an object plans that object anew and looks again at the ports it asks for.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ingress/backend_registry.hpp"
#include "ingress/exposure/cluster_address.hpp"
#include "ingress/exposure/node_ports.hpp"
#include "ingress/exposure/port_claims.hpp"
#include "routing/service_listener.hpp"

namespace fairway::ingress {

class Exposure {
public:
    /// All must outlive it.
    Exposure(const ObjectStore& store, const TranslationOptions& options, BackendRegistry& backends,
             DiagnosticBook& book);

    /// ConfigMap settings that listeners depend on.
    void configure(const routing::StreamPolicy& policy, const std::vector<IpAddress>& bind_addresses);
    /// Objects that came, changed or went. Registers the backends of what they ask for.
    void update(const std::set<k8s::ObjectName>& services, const std::set<k8s::ObjectName>& configmaps);
    /// Backends that got or lost a user since the last call.
    std::set<BackendKey> take_changed_backends() { return std::exchange(changed_backends_, {}); }
    /// Host names of Services that came, went or mean another port since the last call.
    std::set<std::string> take_changed_hosts() { return std::exchange(changed_hosts_, {}); }
    /// The problems of backends changed, so that what was said about ConfigMaps must be said anew.
    void review_configmaps();
    /// Values of backends changed, so that listeners must be made again.
    void refresh() noexcept { stale_ = true; }

    /// The list that holds now; the same as before when nothing of it changed.
    std::shared_ptr<const routing::ServiceListeners> listeners();

    /// All that listeners and host names use.
    std::set<BackendKey> backends() const;
    /// What a host name of a Service means, or nullptr.
    const BackendKey* host_backend(const std::string& host) const;
    std::vector<std::string> hosts_of(const k8s::ObjectName& service) const;
    std::vector<std::string> hosts() const;

    const ClusterAddresses& cluster_addresses() const noexcept { return addresses_; }
    const NodePorts& node_ports() const noexcept { return node_ports_; }

private:
    /// What one object uses and what was said about it.
    struct Unit {
        std::vector<BackendKey> backends;  ///< sorted, without repetition
        std::vector<Diagnostic> diagnostics;
    };

    void update_services(const std::set<k8s::ObjectName>& services);
    void plan(const k8s::ObjectName& name, const k8s::Service* service);
    void plan_streams(routing::Transport transport);
    void set_hosts(const k8s::ObjectName& service, const std::optional<BackendKey>& backend);
    void report(const std::string& unit);
    void add_backend_problems(const Claimant& claimant, std::vector<Diagnostic>& diagnostics) const;
    void replace_unit(const std::string& name, const ObjectKey& user, ObjectPtr object, ListenerPlan plan);
    void settle();

    const ObjectStore& store_;
    const TranslationOptions& options_;
    BackendRegistry& backends_;
    DiagnosticBook& book_;
    ClusterAddresses addresses_;
    NodePorts node_ports_;
    PortClaims claims_;
    std::map<std::string, Unit> units_;
    std::map<std::string, BackendKey> hosts_;
    std::set<BackendKey> changed_backends_;
    std::set<std::string> changed_hosts_;
    bool streams_stale_ = true;  ///< the ConfigMaps must be planned again
    std::vector<IpAddress> bind_addresses_;
    std::shared_ptr<const routing::StreamPolicy> policy_ = std::make_shared<const routing::StreamPolicy>();
    /// The same for UDP ports of Services: as through kube-proxy, any number of datagrams may answer one.
    std::shared_ptr<const routing::StreamPolicy> service_udp_policy_ = unlimited_answers(*policy_);
    static std::shared_ptr<const routing::StreamPolicy> unlimited_answers(const routing::StreamPolicy& policy);
    bool stale_ = false;  ///< `listeners_` may be out of date
    std::shared_ptr<const routing::ServiceListeners> listeners_ = std::make_shared<const routing::ServiceListeners>();
};

}  // namespace fairway::ingress
