// A client's connection to the server under test: TCP, with TLS 1.3 on top when asked for. Non-blocking.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "net/socket.hpp"

namespace fairway::bench {

/// How an attempt to read, write or open went.
enum class Io {
    done,     // it did something
    blocked,  // nothing now, wait for the poller
    closed,   // the peer ended the connection in order
    failed,   // reset, refused or a TLS error
};

/// A client context that speaks TLS 1.3 only, verifies nothing and never resumes a session.
class TlsClient {
public:
    explicit TlsClient(std::string server_name);

    SSL_CTX* context() const { return context_.get(); }
    const std::string& server_name() const { return server_name_; }

private:
    struct Free {
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    };
    std::unique_ptr<SSL_CTX, Free> context_;
    std::string server_name_;
};

class Channel {
public:
    /// Starts connecting to 127.0.0.1:port. @param tls  nullptr for plain TCP; must outlive the channel.
    Channel(std::uint16_t port, const TlsClient* tls);

    /// Goes on with connect and handshake. `done` once requests may be sent.
    Io open();

    /// Reads into `into`; `got` is how much. Never `done` with nothing.
    Io read(std::span<char> into, std::size_t& got);

    /// Writes from the front of `bytes` and removes what went out.
    Io write(std::string_view& bytes);

    /// Says goodbye (TLS close_notify) and closes.
    void close();

    /// "TLSv1.3 TLS_AES_256_GCM_SHA384", or "" for plain TCP.
    std::string describe() const;
    int fd() const { return socket_.get(); }

private:
    enum class Phase { connecting, handshake, open };
    struct Free {
        void operator()(SSL* session) const { SSL_free(session); }
    };

    Io judge_tls(int result) const;

    Fd socket_;
    std::unique_ptr<SSL, Free> tls_;
    Phase phase_ = Phase::connecting;
};

}  // namespace fairway::bench
