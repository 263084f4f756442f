// Makes certificates: a self-signed one, a CA, and leaves it signs. For the fake certificate, `fairway demo`, tests and
// examples; never for anything that others should trust.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "tls/certificate.hpp"

namespace fairway::tls {

/// PEM texts. The key is in the clear: write it only where its user may read it (mode 0600).
struct CertificatePem {
    std::string certificate_pem;  ///< the certificate alone; a chain is leaf + CA, one after the other
    std::string key_pem;          ///< PKCS #8
};

struct CertificateRequest {
    std::string common_name = {};
    std::string organization = {};
    std::vector<std::string> names = {};  ///< SANs: DNS names, "*.rest" wildcards and IP addresses in text
    KeyType key_type = KeyType::ecdsa;    ///< ecdsa: P-256; rsa: 2048 bits; other: Ed25519
    /// Valid from `age` before now (a minute, for clocks that are a little behind) until `valid_for` after now; a
    /// negative `valid_for` makes an expired one.
    std::chrono::seconds valid_for = std::chrono::days(365);
    std::chrono::seconds age = std::chrono::minutes(1);
};

/// A server certificate signed by its own key.
CertificatePem make_self_signed(const CertificateRequest& request);

/// A certificate authority (CA:TRUE, path length 0) for issue_certificate(). `names` is not used.
CertificatePem make_authority(const CertificateRequest& request);

/// A server certificate signed by `authority`. Errors: `authority` cannot be read.
Result<CertificatePem> issue_certificate(const CertificateRequest& request, const CertificatePem& authority);

}  // namespace fairway::tls
