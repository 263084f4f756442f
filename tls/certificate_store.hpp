// Certificates by SNI: exact name, then the wildcard of its first label, then the default.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "tls/certificate.hpp"
#include "tls/name_map.hpp"

namespace fairway::tls {

/// What one name is served with: at most one certificate of each key type, so that RSA and ECDSA can stand together.
struct CertificateChoice {
    std::shared_ptr<const Certificate> rsa;
    std::shared_ptr<const Certificate> ecdsa;
    std::shared_ptr<const Certificate> other;  ///< Ed25519, Ed448
};

/// OCSP responses in DER by the certificate they are about (RFC 6960).
using Staples = std::map<std::shared_ptr<const Certificate>, std::shared_ptr<const std::string>>;

/// Immutable once published; copies share the certificates.
class CertificateStore {
public:
    explicit CertificateStore(std::shared_ptr<const Certificate> default_certificate);

    /// Adds a certificate for a host name or "*.rest" (lower case). A second one of the same key type for the same
    /// name is left out and false returned: the first, from the oldest Ingress, wins.
    bool add(std::string_view host, std::shared_ptr<const Certificate> certificate);

    /// @param server_name  SNI in any case, trailing dot allowed; empty when the client sent none.
    /// @return nullptr when no entry matches: the default certificate is for the caller to use or refuse.
    const CertificateChoice* select(std::string_view server_name) const noexcept { return by_name_.find(server_name); }
    const Certificate& default_certificate() const noexcept;

    /// What clients that ask for the status of a certificate get with it (RFC 6066 section 8).
    void staple(Staples staples);
    /// @param leaf  of a certificate that this store has given. nullptr: nothing.
    const std::string* staple_of(const x509_st* leaf) const noexcept;

private:
    std::shared_ptr<const Certificate> default_certificate_;
    NameMap<CertificateChoice> by_name_;
    Staples staples_;
    std::unordered_map<const x509_st*, const std::string*> staples_by_leaf_;
};

}  // namespace fairway::tls
