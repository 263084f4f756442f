// TLS towards an endpoint: the certificate we show, what we demand of the endpoint's, SNI, protocols and ciphers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "tls/certificate.hpp"

struct ssl_ctx_st;  // SSL_CTX
struct ssl_st;      // SSL

namespace fairway::tls {

/// The protocol that is asked for in the handshake (RFC 7301).
enum class Alpn : std::uint8_t { http1, h2 };

/// Annotations proxy-ssl-* of ingress-nginx.
struct ClientConfig {
    std::shared_ptr<const Certificate> certificate = nullptr;  ///< shown to the endpoint; null: none
    std::string authorities_pem = {};  ///< ca.crt: who may have issued the endpoint's certificate; one or more
    bool verify = false;               ///< proxy-ssl-verify; needs `authorities_pem` and `name`
    int verify_depth = 1;              ///< proxy-ssl-verify-depth: authorities between the endpoint's and the root
    std::string name = {};             ///< proxy-ssl-name: host name or IP address to verify and to send as SNI
    bool send_server_name = false;     ///< proxy-ssl-server-name; an IP address is never sent (RFC 6066 section 3)
    std::string ciphers = "DEFAULT";   ///< proxy-ssl-ciphers: OpenSSL list for TLS 1.2
    std::string protocols = "TLSv1.2 TLSv1.3";  ///< proxy-ssl-protocols

    bool operator==(const ClientConfig&) const = default;
};

/// An SSL_CTX; immutable, so any number of threads may use it.
class ClientContext {
public:
    /// Errors: a protocol or cipher list that OpenSSL refuses, unreadable authorities, verification without authorities
    /// or name; each names the annotation or the key of the Secret.
    static Result<std::shared_ptr<const ClientContext>> create(const ClientConfig& config);

    /// For routes without proxy-ssl-secret, as in ingress-nginx: nothing is verified, no certificate shown, no SNI sent.
    static const std::shared_ptr<const ClientContext>& unverified();

    /// Never 0, and never that of another context of this process: a connection may only be used again for requests with
    /// the same id, or one route's rights would serve another.
    std::uint64_t id() const noexcept { return id_; }

    /// A new client-side SSL in connect state, without BIO. The caller owns it (SSL_free); it does not need this object
    /// any more.
    ssl_st* new_session(Alpn alpn) const;

    const ClientConfig& config() const noexcept { return config_; }

    ClientContext(const ClientContext&) = delete;
    ClientContext& operator=(const ClientContext&) = delete;
    ~ClientContext();

private:
    ClientContext(ssl_ctx_st* context, ClientConfig config);  // takes over `context`

    ssl_ctx_st* context_;
    ClientConfig config_;
    bool name_is_address_;
    std::uint64_t id_;
};

/// Why the handshake of `session`, from new_session(), has just failed, in words: what is wrong with the endpoint's
/// certificate, or what OpenSSL or the endpoint objects to. Empties OpenSSL's error queue of this thread, which it reads:
/// call it right after the failed SSL_do_handshake(3).
std::string handshake_problem(const ssl_st& session);

/// What an endpoint objects to that ended the connection with this fatal alert (RFC 8446 section 6.2), in words.
std::string alert_problem(std::uint8_t alert);

}  // namespace fairway::tls
