// When a plain HTTP request is sent to HTTPS. docs/tls.md, "Redirect to HTTPS".
#pragma once

namespace fairway::routing {

/// Annotations and ConfigMap keys ssl-redirect, force-ssl-redirect, preserve-trailing-slash, use-port-in-redirects.
struct TlsRedirect {
    bool enabled = true;  ///< ssl-redirect: only on hosts that have a certificate entry
    bool force = false;   ///< force-ssl-redirect: also on hosts without one
    bool preserve_trailing_slash = false;
    bool use_port = false;  ///< use-port-in-redirects: name the https port in the Location
    bool exempt = false;    ///< path under no-tls-redirect-locations (ACME challenges): never redirected

    bool operator==(const TlsRedirect&) const = default;
};

}  // namespace fairway::routing
