// How values from outside are written into log lines, so that no request can forge or break a line.
#pragma once

#include <cstddef>
#include <string_view>

#include "proxy/access_log/log_text.hpp"
#include "routing/settings.hpp"

namespace fairway::proxy {

/// The most bytes that one byte can become.
inline constexpr std::size_t kLongestEscape = 6;

/// Appends `value` as nginx's log_format escape= does:
/// standard: '"', '\', control bytes and everything above 0x7e as \xXX;
/// json: '"' and '\' after a backslash, control bytes as \n, \t, ... or \u00XX; other bytes as they are;
/// none: as it is. Only CR and LF still become \x0D and \x0A, which nginx leaves: a request must not forge a line.
void append_escaped(LogText& out, std::string_view value, routing::LogEscape escape);

}  // namespace fairway::proxy
