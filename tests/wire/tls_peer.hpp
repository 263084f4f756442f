// One end of a TLS connection of a test: OpenSSL on a blocking loopback connection, with a deadline on everything.
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

class TlsPeer {
public:
    bool connected() const noexcept { return connected_; }
    void send(std::string_view bytes);
    /// Reads until what was received since the last take contains `mark`; gives everything up to its end.
    std::string read_until(std::string_view mark);
    std::string read_exactly(std::size_t bytes);
    /// Head and body of a response with Content-Length, or of one without a body.
    std::string read_response();
    /// Reads until the peer ends; "…[cut]" at the end when there was no close_notify.
    std::string read_to_end();

    /// Subject CN of the certificate that the peer showed; empty: none.
    std::string shown_name() const;
    bool resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
    int version() const { return SSL_version(ssl_.get()); }
    /// Says that nothing more will be sent.
    void close_notify() { SSL_shutdown(ssl_.get()); }

    SSL* ssl() noexcept { return ssl_.get(); }
    /// The connection below TLS.
    Socket& socket() noexcept { return socket_; }

protected:
    TlsPeer() = default;
    /// Takes `socket` over, with an SSL of `context` on it; the handshake is still to come.
    void begin(SSL_CTX& context, Socket socket);
    void handshake_over(int result) { connected_ = result == 1; }

    Socket socket_;
    std::unique_ptr<SSL, FreeTls> ssl_;

private:
    bool fill();
    std::string received_;
    bool connected_ = false;
    bool orderly_end_ = false;
};

}  // namespace fairway::wire
