// Stable hash: what turns names into numbers that users may write down, so it never changes between versions.
#pragma once

#include <cstdint>
#include <string_view>

namespace fairway::ingress {

/// FNV-1a of 64 bits (draft-eastlake-fnv), folded so that the low bits are as good as the high ones.
constexpr std::uint64_t stable_hash(std::string_view text) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3;
    }
    return hash ^ (hash >> 32);
}

}  // namespace fairway::ingress
