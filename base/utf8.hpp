// UTF-8 as RFC 3629 has it, for texts of others that go into formats which take nothing else.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fairway {

/// Length of the UTF-8 sequence that `text`, which is not empty, begins with; 0 when it begins with none.
std::size_t utf8_length(std::string_view text) noexcept;

/// Appends `text`, with U+FFFD in place of each byte that is not UTF-8.
void append_utf8(std::string& out, std::string_view text);

}  // namespace fairway
