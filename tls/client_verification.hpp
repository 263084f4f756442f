// What a host demands of the certificates of its clients: annotations auth-tls-secret, auth-tls-verify-client and
// auth-tls-verify-depth.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"

struct ssl_st;              // SSL
struct x509_store_st;       // X509_STORE
struct stack_st_X509_NAME;  // STACK_OF(X509_NAME)

namespace fairway::tls {

/// nginx's ssl_verify_client; "off" is no verification at all.
enum class VerifyClient : std::uint8_t {
    on,              ///< a good certificate, or no answer but 400
    optional,        ///< none, or a good one
    optional_no_ca,  ///< none, or any that is good but for its issuer
};

struct ClientVerificationSettings {
    std::string authorities_pem = {};  ///< ca.crt: who may have issued the certificate
    std::string revoked_pem = {};      ///< ca.crl: revocation lists; empty: none are looked at
    VerifyClient mode = VerifyClient::on;
    int depth = 1;  ///< authorities between the client's certificate and the root

    bool operator==(const ClientVerificationSettings&) const = default;
};

/// Immutable, so any number of threads may use it. No handshake fails because of it: requests are answered 400, as by nginx.
class ClientVerification {
public:
    /// Errors: ca.crt without a readable certificate, ca.crl without a readable list.
    static Result<std::shared_ptr<const ClientVerification>> create(ClientVerificationSettings settings);

    /// Lets a handshake ask for a certificate. Sessions that were made under other settings are not resumed into it, nor its
    /// sessions into others.
    void apply_to(ssl_st& session) const noexcept;

    const ClientVerificationSettings& settings() const noexcept { return settings_; }

    /// Equal for equal settings: what a connection was verified by counts for those alone.
    using Id = std::array<unsigned char, 32>;
    const Id& id() const noexcept { return id_; }

    ClientVerification(const ClientVerification&) = delete;
    ClientVerification& operator=(const ClientVerification&) = delete;
    ~ClientVerification();

private:
    ClientVerification(ClientVerificationSettings settings, x509_store_st* authorities, stack_st_X509_NAME* names);

    ClientVerificationSettings settings_;
    x509_store_st* authorities_;
    stack_st_X509_NAME* names_;  // of the authorities, for the client's choice
    Id id_;
};

}  // namespace fairway::tls
