// One end of a forwarded connection: a socket, over TLS if it has a session.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "net/poller.hpp"
#include "net/socket.hpp"

namespace fairway::bench {

struct Pair;

/// Bytes on their way: read into all of `space`, sent from `unsent`, which points into it.
struct Buffer {
    std::vector<char> space = std::vector<char>(kSize);
    std::string_view unsent;

    static constexpr std::size_t kSize = 256 * 1024;
};

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

    /// Reads what came in into `buffer`, as much as it holds. False when the connection is over.
    bool receive(Buffer& buffer);

    /// True when the last receive() left decrypted bytes behind that no poller will report.
    bool has_more() const { return tls_ && SSL_has_pending(tls_.get()) == 1; }

    /// Sends from the front of `buffer` what the socket takes. False when the connection is over.
    bool send(Buffer& buffer);

    /// Makes the poller report `events` of this side from now on.
    void watch(Poller& poller, std::uint32_t events);

    Pair& pair() const { return pair_; }

private:
    bool send_tls(Buffer& buffer);

    Pair& pair_;
    Fd socket_;
    std::unique_ptr<SSL, SslFree> tls_;
    std::optional<std::uint32_t> watched_;
};

}  // namespace fairway::bench
