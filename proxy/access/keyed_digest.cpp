#include "proxy/access/keyed_digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <string>

#include "base/assert.hpp"

namespace fairway::proxy {

DigestKey::DigestKey() : key_{} { RAND_bytes(key_.data(), static_cast<int>(key_.size())); }

Digest DigestKey::of(std::initializer_list<std::string_view> parts) const {
    std::string text;
    for (const std::string_view part : parts) {
        const std::uint64_t size = part.size();
        text.append(reinterpret_cast<const char*>(&size), sizeof size);
        text.append(part);
    }
    Digest digest;
    unsigned size = 0;
    const auto* made = HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
                            reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
    OPENSSL_cleanse(text.data(), text.size());
    FAIRWAY_ASSERT(made != nullptr && size == digest.size(), "OpenSSL has SHA-256");
    return digest;
}

}  // namespace fairway::proxy
