// Certificates by SNI: exact name, then the wildcard of its first label, then the default.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "tls/certificate.hpp"

namespace fairway::tls {

/// What one name is served with: at most one certificate of each key type, so that RSA and ECDSA can stand together.
struct CertificateChoice {
    std::shared_ptr<const Certificate> rsa;
    std::shared_ptr<const Certificate> ecdsa;
    std::shared_ptr<const Certificate> other;  ///< Ed25519, Ed448
};

/// Immutable once published; copies share the certificates.
class CertificateStore {
public:
    explicit CertificateStore(std::shared_ptr<const Certificate> default_certificate);

    /// Adds a certificate for a host name or "*.rest" (lower case). A second one of the same key type for the same
    /// name is left out and false returned: the first, from the oldest Ingress, wins.
    bool add(std::string_view host, std::shared_ptr<const Certificate> certificate);

    /// @param server_name  SNI in any case, trailing dot allowed; empty when the client sent none.
    /// @return nullptr when no entry matches: the default certificate is for the caller to use or refuse.
    const CertificateChoice* select(std::string_view server_name) const noexcept;
    const Certificate& default_certificate() const noexcept;

private:
    /// Lets a string_view look up a std::string key without a copy.
    struct NameHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view name) const noexcept { return std::hash<std::string_view>{}(name); }
    };

    std::shared_ptr<const Certificate> default_certificate_;
    std::unordered_map<std::string, CertificateChoice, NameHash, std::equal_to<>> by_name_;
};

}  // namespace fairway::tls
