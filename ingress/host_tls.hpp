// TLS of one host as all of its Ingresses together want it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ingress/backend_registry.hpp"
#include "ingress/ingress_record.hpp"
#include "routing/passthrough.hpp"
#include "tls/host_settings.hpp"

namespace fairway::ingress {

struct HostTlsSettings {
    std::shared_ptr<const tls::HostSettings> handshake;  ///< null: none of its own
    routing::Part<routing::ClientCertificates> client_certificates;
};

/// The oldest Ingress that has a setting decides (reference 3.7, 3.16), but client certificates that one of them cannot
/// have as it wants close the host.
/// @param ingresses  those that name the host, oldest first.
HostTlsSettings merge_host_tls(const std::vector<const IngressRecord*>& ingresses);

/// The host's passthrough, if its oldest Ingress asks for it and it can be had: an exact host name with a path "/". What is in
/// the way, and what passthrough makes meaningless, is reported.
/// @param enabled  --enable-ssl-passthrough.
std::optional<routing::PassthroughHost> find_passthrough(const std::string& host,
                                                         const std::vector<const IngressRecord*>& ingresses,
                                                         const BackendRegistry& backends, bool enabled,
                                                         const std::string& annotations_prefix,
                                                         std::vector<Diagnostic>& diagnostics);

}  // namespace fairway::ingress
