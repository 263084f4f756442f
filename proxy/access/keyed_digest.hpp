// Digests that only this process can make: names for what must not be kept as it is, such as a password.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string_view>

namespace fairway::proxy {

/// HMAC-SHA-256.
using Digest = std::array<std::uint8_t, 32>;

class DigestKey {
public:
    DigestKey();  ///< random

    /// Of the parts and their lengths, so that no two lists of parts have one digest.
    Digest of(std::initializer_list<std::string_view> parts) const;

private:
    std::array<std::uint8_t, 32> key_;
};

/// The digest is random to everybody else: any part of it is a hash.
struct DigestHash {
    std::size_t operator()(const Digest& digest) const noexcept {
        std::size_t hash = 0;
        std::memcpy(&hash, digest.data(), sizeof hash);
        return hash;
    }
};

}  // namespace fairway::proxy
