// Reads the PEM texts of a Secret: tls.crt (a chain), tls.key and ca.crt (authorities). Private to tls/.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "tls/openssl.hpp"

namespace fairway::tls {

struct CertificateChain {
    X509Ptr leaf;
    X509StackPtr others;  ///< never null
};

/// Errors: empty, no certificate in the text, an unreadable certificate (with its number).
Result<CertificateChain> read_chain(std::string_view pem);

/// All certificates of a text. Errors: as read_chain(). @param key  of the Secret, for errors: "ca.crt".
Result<X509StackPtr> read_certificates(std::string_view pem, std::string_view key);

/// PKCS #8, RSA and EC keys. Errors: empty, no key in the text, encrypted, unreadable. None quotes the text.
Result<KeyPtr> read_private_key(std::string_view pem);

}  // namespace fairway::tls
