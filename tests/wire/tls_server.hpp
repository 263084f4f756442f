// The TLS side of a scripted endpoint: what it shows, and what it wants of the proxy.
#pragma once

#include <memory>
#include <string>

#include "tls/make_certificate.hpp"
#include "wire/tls_peer.hpp"

namespace fairway::wire {

/// Default: TLS 1.2 or 1.3, takes the first protocol that ALPN offers, wants no certificate of the proxy.
struct TlsServerOptions {
    tls::CertificatePem certificate;
    std::string client_authority = {};  ///< PEM; not empty: the proxy must show a certificate of it
    int highest = TLS1_3_VERSION;
};

/// For TlsServer, or for Http2EndpointOptions::tls.
std::unique_ptr<SSL_CTX, FreeTls> tls_server_context(const TlsServerOptions& options);

/// A connection that the proxy opened; the handshake runs here: `TlsServer upstream(*context, endpoint.accept());`
class TlsServer : public TlsPeer {
public:
    TlsServer(SSL_CTX& context, Socket accepted);

    std::string server_name() const;  ///< SNI; empty: none
    std::string alpn() const;         ///< what was chosen; empty: none was offered
};

/// A certificate for `name` of `authority`.
tls::CertificatePem issued(const tls::CertificatePem& authority, const std::string& name);

}  // namespace fairway::wire
