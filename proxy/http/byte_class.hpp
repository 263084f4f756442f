// Which bytes may stand where in HTTP (RFC 9110 section 5.6.2, RFC 3986), as tables: one load a byte.
#pragma once

#include <array>
#include <cstdint>

#include "base/ascii.hpp"

namespace fairway::proxy {

/// What a byte is inside a field name. A set: the classes of a name's bytes are OR-ed together.
enum NameByte : std::uint8_t {
    name_none = 0,             ///< not a token byte
    name_plain = 1 << 0,       ///< letter, digit, '-'
    name_underscore = 1 << 1,  ///< '_'
    name_unusual = 1 << 2,     ///< any other token byte: ! # $ % & ' * + . ^ ` | ~
};

namespace detail {

template <class T, class Classify>
constexpr std::array<T, 256> table_of(Classify classify) {
    std::array<T, 256> table{};
    for (unsigned byte = 0; byte < 256; ++byte) table[byte] = classify(static_cast<char>(byte));
    return table;
}

constexpr bool is_one_of(char c, const char* set) {
    for (; *set != '\0'; ++set)
        if (*set == c) return true;
    return false;
}

}  // namespace detail

inline constexpr auto kNameByte = detail::table_of<std::uint8_t>([](char c) -> std::uint8_t {
    if (ascii::is_alnum(c) || c == '-') return name_plain;
    if (c == '_') return name_underscore;
    return detail::is_one_of(c, "!#$%&'*+.^`|~") ? name_unusual : name_none;
});

/// Bytes of a request target: visible ASCII without '#', and bytes from 0x80 on, as nginx lets them through.
inline constexpr auto kTargetByte = detail::table_of<bool>([](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7f && c != '#';
});

/// Bytes of a field value or reason phrase: HTAB, space, visible ASCII, obs-text.
inline constexpr auto kValueByte = detail::table_of<bool>([](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
});

/// Bytes of a host name: the unreserved set of RFC 3986. Sub-delims and percent-encoding are legal in a reg-name but
/// name no host on any network, and a comma would read as two hosts in X-Forwarded-Host.
inline constexpr auto kHostByte =
    detail::table_of<bool>([](char c) { return ascii::is_alnum(c) || detail::is_one_of(c, "-._~"); });

constexpr std::uint8_t name_byte(char c) noexcept { return kNameByte[static_cast<unsigned char>(c)]; }
constexpr bool is_target_byte(char c) noexcept { return kTargetByte[static_cast<unsigned char>(c)]; }
constexpr bool is_value_byte(char c) noexcept { return kValueByte[static_cast<unsigned char>(c)]; }
constexpr bool is_host_byte(char c) noexcept { return kHostByte[static_cast<unsigned char>(c)]; }

}  // namespace fairway::proxy
