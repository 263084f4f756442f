// Reason phrases.
#pragma once

#include <cstdint>
#include <string_view>

namespace fairway::proxy {

/// The phrase that nginx uses, which is what users of ingress-nginx search their logs and pages for: "Service
/// Temporarily Unavailable", not RFC 9110's "Service Unavailable". "Unknown" for a status without one.
std::string_view status_reason(std::uint16_t status) noexcept;

}  // namespace fairway::proxy
