// ASCII text rules of HTTP tokens and host names: independent of locale, no allocation unless a string is returned.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace fairway::ascii {

constexpr char to_lower(char c) noexcept { return (c >= 'A' && c <= 'Z') ? static_cast<char>(c | 0x20) : c; }

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

constexpr bool is_alnum(char c) noexcept { return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z'); }

/// Value of a hexadecimal digit, or -1.
constexpr int hex_value(char c) noexcept {
    if (is_digit(c)) return c - '0';
    const char lower = to_lower(c);
    return (lower >= 'a' && lower <= 'f') ? lower - 'a' + 10 : -1;
}

/// Equal but for the bit that tells capital from small letters, 0x20, which also makes '@' equal to '`', CR to '-' and the
/// like. Eight bytes at a time. Both are of one size.
inline bool equals_folded(std::string_view a, std::string_view b) noexcept {
    constexpr std::uint64_t kCaseBits = 0x2020'2020'2020'2020;
    std::size_t at = 0;
    for (; at + sizeof(std::uint64_t) <= a.size(); at += sizeof(std::uint64_t)) {
        std::uint64_t x, y;
        std::memcpy(&x, a.data() + at, sizeof x);
        std::memcpy(&y, b.data() + at, sizeof y);
        if ((x | kCaseBits) != (y | kCaseBits)) return false;
    }
    for (; at < a.size(); ++at)
        if ((a[at] | 0x20) != (b[at] | 0x20)) return false;
    return true;
}

/// Equal when ASCII case is ignored.
bool iequals(std::string_view a, std::string_view b) noexcept;

std::string lower_copy(std::string_view text);

/// Without leading and trailing spaces and tabs (RFC 9110 section 5.6.3: OWS).
std::string_view trim(std::string_view text) noexcept;

}  // namespace fairway::ascii
