// Foreign text in messages: quoted, escaped and cut, so that a manifest cannot forge a line or fill a log.
#pragma once

#include <string>
#include <string_view>

namespace fairway::k8s {

/// In double quotes, with control characters, quotes and backslashes escaped; cut after some 60 bytes.
std::string quoted(std::string_view text);

/// The same without the quotes: for names inside a field path.
std::string printable(std::string_view text);

}  // namespace fairway::k8s
