// RFC 3339 time stamps, the form of metav1.Time.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fairway::k8s {

/// Seconds since 1970-01-01T00:00:00Z, fractions cut off; absent when `text` is not such a time. Accepts
/// "2026-07-01T12:00:00Z", fractions of a second and offsets ("+02:00").
std::optional<std::int64_t> parse_timestamp(std::string_view text) noexcept;

}  // namespace fairway::k8s
