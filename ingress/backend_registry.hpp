// Backend registry: every Service port that a route uses, with its stable id, its endpoints and who uses it.
#pragma once

#include <compare>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ingress/backend_settings.hpp"
#include "ingress/endpoints/affinity_groups.hpp"
#include "ingress/service_endpoints.hpp"
#include "routing/backend.hpp"

namespace fairway::ingress {

/// A Service port as an Ingress or a listener writes it.
struct BackendKey {
    k8s::ObjectName service;
    std::string port;
    k8s::Protocol protocol = k8s::Protocol::tcp;

    auto operator<=>(const BackendKey&) const = default;
};

struct RegisteredBackend {
    std::shared_ptr<const routing::Backend> backend;
    ServiceEndpoints endpoints;
    BackendSettings settings;    ///< service_upstream: wanted; the Service may have no cluster address
    k8s::ObjectName decided_by;  ///< the Ingress whose settings they are; empty: the defaults
    std::set<ObjectKey> users;   ///< Ingresses; Services and ConfigMaps that open listeners
};

class BackendRegistry {
public:
    explicit BackendRegistry(const EndpointSources& sources) : sources_(sources) {}

    /// The object uses the backend from now on. A new backend gets an id (its old one if it had any) and its endpoints.
    void add_user(const BackendKey& key, const ObjectKey& user);
    /// A backend without users goes with the next endpoint_table(); one that is used again by then stays as it is.
    void remove_user(const BackendKey& key, const ObjectKey& user);
    /// Sets how the backend balances, and looks up its endpoints again where service-upstream changed.
    struct SettingsChange {
        bool backend = false;      ///< its routes must be built again
        bool diagnostics = false;  ///< of its users must be written again
    };
    SettingsChange set_settings(const BackendKey& key, const BackendSettings& settings,
                                const k8s::ObjectName& decided_by);
    struct Refreshed {
        std::vector<BackendKey>
            problems;  ///< or protocol changed: the diagnostics of their users must be written again
        std::vector<BackendKey> backends;  ///< changed: what holds the backend must be built again
    };
    /// Looks up the endpoints and the affinity of all backends of a Service again.
    Refreshed refresh_service(const k8s::ObjectName& service);

    const RegisteredBackend* find(const BackendKey& key) const;
    bool serves(const k8s::ObjectName& service) const;
    /// Services in `ns` that backends use.
    std::vector<k8s::ObjectName> services_in(const std::string& ns) const;

    /// The names that DNS must be asked for, each with the Services that use it.
    const std::map<std::string, std::set<k8s::ObjectName>>& external_names() const noexcept { return external_names_; }

    /// A new table when endpoints changed since the last call; the same otherwise.
    std::shared_ptr<const routing::EndpointTable> endpoint_table();

private:
    routing::BackendId id_of(const BackendKey& key);
    ServiceEndpoints resolve(const BackendKey& key, const RegisteredBackend& entry) const;
    void set_endpoints(const BackendKey& key, RegisteredBackend& entry, ServiceEndpoints endpoints);
    /// Whether the backend changed.
    bool refresh_affinity(const BackendKey& key, RegisteredBackend& entry);
    void use_name(const std::string& name, const k8s::ObjectName& service);
    void release_name(const std::string& name, const k8s::ObjectName& service);

    EndpointSources sources_;
    std::map<BackendKey, RegisteredBackend> backends_;
    std::map<BackendKey, routing::BackendId> ids_;  ///< never shrinks: a backend that returns finds its balancing state
    AffinityGroups affinity_;
    std::map<std::string, std::set<k8s::ObjectName>> external_names_;
    std::set<BackendKey> abandoned_;
    std::map<routing::BackendId, std::shared_ptr<const routing::EndpointSet>> changed_sets_;
    std::shared_ptr<const routing::EndpointTable> table_ = std::make_shared<const routing::EndpointTable>();
};

}  // namespace fairway::ingress
