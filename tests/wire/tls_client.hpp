// A TLS client of a test: OpenSSL on a blocking loopback connection, with a deadline on everything.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

#include "wire/wire_fixture.hpp"

namespace fairway::wire {

struct FreeTls {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
    void operator()(SSL_SESSION* session) const noexcept { SSL_SESSION_free(session); }
};

/// What the client brings. Default: TLS 1.2 or 1.3, no SNI, no verification.
struct TlsOptions {
    std::string server_name = {};
    int lowest = TLS1_2_VERSION;
    int highest = TLS1_3_VERSION;
    SSL_SESSION* resume = nullptr;
};

class TlsClient {
public:
    /// Connects and runs the handshake; see connected().
    explicit TlsClient(std::uint16_t port, const TlsOptions& options = {});

    bool connected() const noexcept { return connected_; }
    void send(std::string_view bytes);
    /// Reads until what was received since the last take contains `mark`; gives everything up to its end.
    std::string read_until(std::string_view mark);
    std::string read_exactly(std::size_t bytes);
    /// Head and body of a response with Content-Length, or of one without a body.
    std::string read_response();
    /// Reads until the peer ends; "…[cut]" at the end when there was no close_notify.
    std::string read_to_end();

    /// Subject CN of the certificate the client was shown.
    std::string shown_name() const;
    bool resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
    int version() const { return SSL_version(ssl_.get()); }
    /// The session to resume with. TLS 1.3: once something was read.
    std::unique_ptr<SSL_SESSION, FreeTls> session() {
        return std::unique_ptr<SSL_SESSION, FreeTls>(SSL_get1_session(ssl_.get()));
    }
    /// Says that nothing more will be sent.
    void close_notify() { SSL_shutdown(ssl_.get()); }

    SSL* ssl() noexcept { return ssl_.get(); }
    /// The connection below TLS.
    Socket& socket() noexcept { return socket_; }

private:
    bool fill();
    std::unique_ptr<SSL_CTX, FreeTls> context_;
    Socket socket_;
    std::unique_ptr<SSL, FreeTls> ssl_;
    std::string received_;
    bool connected_ = false;
    bool orderly_end_ = false;
};

/// A configuration whose store has a self-signed certificate for each of `names`; the default one is for "default.example".
std::shared_ptr<const tls::ServerConfig> tls_config_for(const std::vector<std::string>& names,
                                                        const tls::ServerConfig* previous = nullptr);

}  // namespace fairway::wire
