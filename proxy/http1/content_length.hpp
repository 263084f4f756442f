// Content-Length (RFC 9110 section 8.6), read so that no two programs can read it differently.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fairway::proxy::http1 {

/// Largest length taken: what a signed 64-bit number holds, as a peer may well use one.
inline constexpr std::uint64_t kMaxContentLength = 0x7fff'ffff'ffff'ffff;

/// Digits and nothing else, at most 19; nullopt for everything else, lists such as "5, 5" included.
std::optional<std::uint64_t> parse_content_length(std::string_view text) noexcept;

/// As above, but takes a list whose members are all equal, which RFC 9110 section 8.6 lets a recipient merge.
std::optional<std::uint64_t> parse_content_length_list(std::string_view text) noexcept;

}  // namespace fairway::proxy::http1
