// X-Request-ID for requests that bring none.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace fairway::proxy {

/// 16 lower-case hexadecimal digits.
inline void write_hex(std::uint64_t value, char* out) noexcept {
    static constexpr auto kPairs = [] {  // the two digits of every byte
        constexpr std::string_view kDigits = "0123456789abcdef";
        std::array<std::array<char, 2>, 256> pairs{};
        for (std::size_t byte = 0; byte < 256; ++byte) pairs[byte] = {kDigits[byte >> 4], kDigits[byte & 15]};
        return pairs;
    }();
    for (std::size_t i = 0; i < 8; ++i) std::memcpy(out + 2 * i, &kPairs[(value >> (56 - 8 * i)) & 0xff], 2);
}

/// 32 lower-case hexadecimal digits, as nginx's $request_id, of 128 random bits that the caller draws.
inline std::string_view format_request_id(std::uint64_t high, std::uint64_t low, std::array<char, 32>& out) noexcept {
    write_hex(high, out.data());
    write_hex(low, out.data() + 16);
    return {out.data(), out.size()};
}

}  // namespace fairway::proxy
