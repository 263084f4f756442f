// A TLS client of a test.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "wire/tls_peer.hpp"

namespace fairway::wire {

/// What the client brings. Default: TLS 1.2 or 1.3, no SNI, no verification.
struct TlsOptions {
    std::string server_name = {};
    int lowest = TLS1_2_VERSION;
    int highest = TLS1_3_VERSION;
    SSL_SESSION* resume = nullptr;
};

class TlsClient : public TlsPeer {
public:
    /// Connects and runs the handshake; see connected().
    explicit TlsClient(std::uint16_t port, const TlsOptions& options = {});

    /// The session to resume with. TLS 1.3: once something was read.
    std::unique_ptr<SSL_SESSION, FreeTls> session() {
        return std::unique_ptr<SSL_SESSION, FreeTls>(SSL_get1_session(ssl_.get()));
    }
};

/// A configuration whose store has a self-signed certificate for each of `names`; the default one is for "default.example".
std::shared_ptr<const tls::ServerConfig> tls_config_for(const std::vector<std::string>& names,
                                                        const tls::ServerConfig* previous = nullptr);

}  // namespace fairway::wire
