// ASCII text rules of HTTP tokens and host names: independent of locale, no allocation unless a string is returned.
#pragma once

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

/// Equal when ASCII case is ignored.
bool iequals(std::string_view a, std::string_view b) noexcept;

std::string lower_copy(std::string_view text);

/// Without leading and trailing spaces and tabs (RFC 9110 section 5.6.3: OWS).
std::string_view trim(std::string_view text) noexcept;

}  // namespace fairway::ascii
