// Reads the PEM texts of a Secret: tls.crt (a chain) and tls.key. Private to tls/.
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

/// PKCS #8, RSA and EC keys. Errors: empty, no key in the text, encrypted, unreadable. None quotes the text.
Result<KeyPtr> read_private_key(std::string_view pem);

}  // namespace fairway::tls
