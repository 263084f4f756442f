// What the annotations of one Ingress say about the TLS of its hosts: auth-tls-*, ssl-ciphers, ssl-prefer-server-ciphers,
// ssl-passthrough.
#pragma once

#include <optional>
#include <string>

#include "routing/policy/client_certificates.hpp"

namespace fairway::ingress {

struct HostTlsAnnotations {
    std::optional<routing::ClientCertificates> client_certificates;  ///< none: not asked for
    std::string ciphers;                                             ///< empty: those of the ConfigMap
    std::optional<bool> prefer_server_ciphers;
    bool passthrough = false;
};

}  // namespace fairway::ingress
