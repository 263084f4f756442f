// SipHash-2-4 of a few 64-bit words: a hash whose collisions nobody can find without its key.
// Source: Aumasson, Bernstein: "SipHash: a fast short-input PRF", https://www.aumasson.jp/siphash/.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace fairway::proxy {

using SipKey = std::array<std::uint64_t, 2>;

inline std::uint64_t siphash_2_4(const SipKey& key, std::span<const std::uint64_t> words) noexcept {
    std::uint64_t v0 = key[0] ^ 0x736f6d6570736575ull;
    std::uint64_t v1 = key[1] ^ 0x646f72616e646f6dull;
    std::uint64_t v2 = key[0] ^ 0x6c7967656e657261ull;
    std::uint64_t v3 = key[1] ^ 0x7465646279746573ull;
    const auto round = [&] {
        v0 += v1, v1 = std::rotl(v1, 13), v1 ^= v0, v0 = std::rotl(v0, 32);
        v2 += v3, v3 = std::rotl(v3, 16), v3 ^= v2;
        v0 += v3, v3 = std::rotl(v3, 21), v3 ^= v0;
        v2 += v1, v1 = std::rotl(v1, 17), v1 ^= v2, v2 = std::rotl(v2, 32);
    };
    const auto take = [&](std::uint64_t word) {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    };
    for (const std::uint64_t word : words) take(word);
    take(std::uint64_t{words.size() * 8} << 56);
    v2 ^= 0xff;
    for (int i = 0; i < 4; ++i) round();
    return v0 ^ v1 ^ v2 ^ v3;
}

}  // namespace fairway::proxy
