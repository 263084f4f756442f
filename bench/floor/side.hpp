// One end of a forwarded connection: a socket, over TLS if it has a session, and the bytes it could not take yet.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/poller.hpp"
#include "net/socket.hpp"

namespace fairway::bench {

struct Pair;

struct SslFree {
    void operator()(SSL* session) const { SSL_free(session); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslFree>;

/// A server context for TLS 1.3 with one certificate. Throws std::runtime_error naming the file that cannot be used.
SslContext make_server_context(const char* certificate_path, const char* key_path);

class Side {
public:
    Side(Pair& pair, Fd socket) : pair_(pair), socket_(std::move(socket)) {}

    void start_tls(SSL_CTX* context);

    /// Bytes that came in: empty when none are there yet, nullopt when the connection is over.
    std::optional<std::string_view> receive(std::span<char> scratch);

    /// True when the last receive() left decrypted bytes behind that no poller will report.
    bool has_more() const { return tls_ && SSL_has_pending(tls_.get()) == 1; }

    /// Sends what the socket takes and keeps the rest. False when the connection is over.
    bool send(std::string_view bytes);

    /// Sends what was kept. False when the connection is over.
    bool send_rest();
    bool blocked() const { return !rest_.empty(); }

    /// Makes the poller report `events` of this side from now on.
    void watch(Poller& poller, std::uint32_t events);

    Pair& pair() const { return pair_; }

private:
    std::optional<std::size_t> send_some(std::string_view bytes);

    Pair& pair_;
    Fd socket_;
    std::unique_ptr<SSL, SslFree> tls_;
    std::string rest_;
    std::optional<std::uint32_t> watched_;
};

}  // namespace fairway::bench
