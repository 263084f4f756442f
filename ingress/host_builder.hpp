// Host builder: merges what several Ingresses say about one host into its rules.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ingress/backend_registry.hpp"
#include "ingress/ingress_record.hpp"
#include "routing/route_table.hpp"

namespace fairway::ingress {

struct HostInput {
    std::string name;
    std::vector<const IngressRecord*> ingresses;  ///< those that name the host, in order of precedence
    std::vector<const IngressRecord*> canaries;   ///< those that offer themselves for paths of the host, as well
    bool has_certificate = false;
    routing::Part<routing::ClientCertificates> client_certificates{};
    /// What unmatched paths get when no Ingress says: null for the built-in 404.
    std::shared_ptr<const routing::Backend> default_backend;
    /// The paths of Ingresses without proxy-ssl-secret take the settings of the oldest one that has it.
    bool share_upstream_tls = true;
    /// Paths that begin so need no authentication: ConfigMap key no-auth-locations.
    const std::vector<std::string>* no_auth_locations = nullptr;
    bool has_aliases = false;
    std::vector<std::string> covered_aliases{};  ///< those that the certificate of the host is good for
};

/// Every host gets an implicit "/", from the oldest Ingress and with its policy; only the catch-all may go without.
/// Reports the paths that lose against an equal one of an older Ingress.
std::shared_ptr<const routing::HostRules> build_host(const HostInput& input, const BackendRegistry& backends,
                                                     const std::vector<std::string>& redirect_exempt,
                                                     PolicyPool& policies, std::vector<Diagnostic>& diagnostics);

}  // namespace fairway::ingress
