// Handshakes in memory: a client of OpenSSL's against a session of ours, each reading what the other wrote.
#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tls/make_certificate.hpp"
#include "tls/server_config.hpp"

namespace fairway::tls::test {

struct FreeSsl {
    void operator()(SSL* session) const noexcept { SSL_free(session); }
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
    void operator()(SSL_SESSION* session) const noexcept { SSL_SESSION_free(session); }
};
using OwnedSsl = std::unique_ptr<SSL, FreeSsl>;
using OwnedContext = std::unique_ptr<SSL_CTX, FreeSsl>;
using OwnedSession = std::unique_ptr<SSL_SESSION, FreeSsl>;

/// What the client brings. Default: TLS 1.2 or 1.3, no SNI, no ALPN, no verification.
struct ClientSettings {
    std::string server_name = {};
    int lowest = TLS1_2_VERSION;
    int highest = TLS1_3_VERSION;
    std::string signature_algorithms = {};  ///< OpenSSL list; empty: default
    std::string groups = {};
    std::string ciphers = {};
    std::vector<std::string> alpn = {};
    SSL_SESSION* resume = nullptr;
    bool send_tickets_extension = true;
};

/// A finished (or failed) handshake with both ends still open.
struct Connection {
    OwnedSsl client;
    OwnedSsl server;
    bool completed = false;
    int alert = -1;  ///< description of the fatal alert the client got; -1: none

    /// Subject CN of the certificate the client was shown.
    std::string shown_name() const;
    /// Key type of the certificate the client was shown.
    KeyType shown_key() const;
    std::string alpn() const;
    bool resumed() const { return SSL_session_reused(client.get()) == 1; }
    int version() const { return SSL_version(client.get()); }
    /// Sends text from one end and reads it at the other.
    std::string client_to_server(std::string_view text);
    std::string server_to_client(std::string_view text);
    /// The session to resume with; reads pending data first, as TLS 1.3 tickets come after the handshake.
    OwnedSession session();
    /// Closes both ends cleanly: a session of a connection that was not closed counts as bad.
    void close();
};

Connection connect(const ServerConfig& config, const ClientSettings& client);

/// A self-signed certificate for `names`; its CN is the first of them.
std::shared_ptr<const Certificate> certificate_for(std::vector<std::string> names, KeyType type = KeyType::ecdsa);

/// A store whose default certificate is for "default.example".
CertificateStore store_with_default();

/// The configuration, or a failed test with its error.
std::shared_ptr<const ServerConfig> config_of(const ServerSettings& settings, CertificateStore store,
                                              const ServerConfig* previous = nullptr);

}  // namespace fairway::tls::test
