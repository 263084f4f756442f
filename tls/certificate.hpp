// A certificate chain with its private key, checked and ready to serve.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "tls/certificate_names.hpp"

struct evp_pkey_st;    // EVP_PKEY
struct ssl_st;         // SSL
struct x509_st;        // X509
struct stack_st_X509;  // STACK_OF(X509)

namespace fairway::tls {

enum class KeyType { rsa, ecdsa, other };

/// Immutable. The private key is wiped when the last owner drops it; no accessor gives its bytes.
class Certificate {
public:
    /// @param chain_pem  leaf first (Secret key tls.crt). @param key_pem  unencrypted (tls.key).
    /// Errors: no certificate in the text, unreadable PEM, encrypted or unreadable key, key that does not belong to the leaf.
    static Result<std::shared_ptr<const Certificate>> load(std::string_view chain_pem, std::string_view key_pem);

    /// Self-made 'Fairway Fake Certificate': O "Fairway", ECDSA P-256, SAN ingress.local, 365 days, new at every start.
    static std::shared_ptr<const Certificate> make_fake();

    KeyType key_type() const noexcept;
    /// DNS names it is valid for, lower case: SANs, or the Common Name only when there are none.
    const std::vector<std::string>& names() const noexcept;
    /// True when one of names() is `host` or a one-label wildcard over it; for an IP address in text, when a SAN is it.
    bool covers(std::string_view host) const noexcept;
    std::chrono::system_clock::time_point not_before() const noexcept;
    std::chrono::system_clock::time_point not_after() const noexcept;
    std::string subject() const;      ///< RFC 2253
    std::string issuer() const;       ///< RFC 2253
    std::string serial() const;       ///< hexadecimal
    std::string fingerprint() const;  ///< SHA-256, hexadecimal

    /// For OpenSSL's functions; live as long as this object.
    const x509_st& leaf() const noexcept { return *leaf_; }
    const x509_st* issuer_certificate() const noexcept;  ///< the first after the leaf in tls.crt; nullptr: none

    /// Gives `session` this chain and key, each by a reference. Returns false when OpenSSL's security level refuses it.
    bool use_for(ssl_st& session) const noexcept;

    Certificate(const Certificate&) = delete;
    Certificate& operator=(const Certificate&) = delete;
    ~Certificate();

private:
    Certificate(x509_st* leaf, stack_st_X509* chain, evp_pkey_st* key);  // takes over all three

    x509_st* leaf_;
    stack_st_X509* chain_;  // without the leaf
    evp_pkey_st* key_;
    KeyType key_type_;
    CertificateNames names_;
};

}  // namespace fairway::tls
