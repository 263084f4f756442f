// Which bytes a manifest may have: UTF-8 without the control characters that YAML and JSON forbid.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace fairway::k8s {

/// Offset of the first byte that is not part of a well-formed UTF-8 sequence (RFC 3629: no overlong forms, no
/// surrogates), or is a control character other than tab, LF and CR. Absent when all is well.
std::optional<std::size_t> find_forbidden_byte(std::string_view text) noexcept;

}  // namespace fairway::k8s
