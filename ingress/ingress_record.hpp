// Ingress record: one accepted Ingress, checked and ready to be merged into its hosts.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ingress/backend_registry.hpp"
#include "ingress/configmap/parse.hpp"
#include "ingress/policy_pool.hpp"
#include "ingress/upstream_tls.hpp"
#include "routing/route.hpp"

namespace fairway::waf {
class RuleSets;  // waf/rule_sets.hpp
}

namespace fairway::ingress {

/// What an Ingress says about one host.
struct HostPaths {
    std::string host;                            ///< as the route table names it
    std::vector<const k8s::IngressPath*> paths;  ///< those that can be served, in the order written
};

struct IngressRecord {
    ObjectPtr object;  ///< keeps `ingress` alive
    const k8s::Ingress* ingress = nullptr;
    std::shared_ptr<const routing::RouteOwner> owner;
    BackendSettings backend_settings;
    std::optional<CanaryOffer> canary;  ///< then `hosts` is empty
    HostSettings host_settings;
    std::shared_ptr<const routing::RoutePolicy> policy;
    std::shared_ptr<const routing::RoutePolicy> exempt_policy;     ///< under no-tls-redirect-locations
    std::shared_ptr<const routing::RoutePolicy> catch_all_policy;  ///< of a spec.defaultBackend without rules
    std::size_t policy_seed = 0;                                   ///< PolicyPool::intern
    HostTlsAnnotations host_tls;
    std::vector<ObjectKey> references;  ///< Secrets and ConfigMaps that annotations name, whether or not they are there
    std::optional<ExternalAuthSettings> external_auth;  ///< of the Ingress, or the global one
    std::map<std::string, AuthServer> auth_servers;  ///< of external_auth, by host; without hosts that name no server
    std::vector<HostPaths> hosts;         ///< sorted by host; also the catch-all of a spec.defaultBackend without rules
    std::vector<HostPaths> canary_hosts;  ///< as `hosts`, of a canary; the catch-all also for its spec.defaultBackend
    std::optional<BackendKey> default_backend;
    std::optional<BackendKey> mirror_servers;  ///< where the host of mirror-target leads; policies have the rest
    std::optional<BackendKey> error_backend;   ///< annotation default-backend
    std::vector<BackendKey> backends;          ///< all that it uses, sorted, without repetition

    const HostPaths* paths_of(std::string_view host) const;
    /// Of a canary: what it offers itself for on the host.
    const HostPaths* canary_paths_of(std::string_view host) const;
    /// True when the Ingress is nothing but a spec.defaultBackend: it gives the catch-all its "/".
    bool is_catch_all() const { return !canary && ingress->rules.empty() && default_backend.has_value(); }
};

/// The backend that a path names.
BackendKey backend_key(const k8s::Ingress& ingress, const k8s::IngressBackend& backend);

/// Whether an Ingress path is under one of no-tls-redirect-locations or no-auth-locations: "starts with" on text, as in
/// ingress-nginx.
bool begins_with_one_of(std::string_view path, const std::vector<std::string>& locations);

/// What is made once for many Ingresses.
struct CompiledParts {
    UpstreamTlsContexts& upstream_tls;
    waf::RuleSets& rule_sets;
};

/// Leaves out what cannot be served (bad hosts, resource backends …) and reports it.
IngressRecord compile_ingress(ObjectPtr object, const ObjectStore& store, const ConfigMapSettings& settings,
                              const std::string& annotations_prefix, PolicyPool& policies, CompiledParts parts,
                              std::vector<Diagnostic>& diagnostics);

}  // namespace fairway::ingress
