// X-Request-ID for requests that bring none.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace fairway::proxy {

/// 32 lower-case hexadecimal digits, as nginx's $request_id, of 128 random bits that the caller draws.
inline std::string_view format_request_id(std::uint64_t high, std::uint64_t low, std::array<char, 32>& out) noexcept {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (std::size_t i = 0; i < 16; ++i) {
        out[i] = kDigits[(high >> (60 - 4 * i)) & 0xf];
        out[i + 16] = kDigits[(low >> (60 - 4 * i)) & 0xf];
    }
    return {out.data(), out.size()};
}

}  // namespace fairway::proxy
