// Which condition of proxy-next-upstream a try that did not work is a case of.
#pragma once

#include <cstdint>

#include "proxy/failure.hpp"

namespace fairway::proxy {

/// A bit of routing::RetryPolicy::conditions, or 0: never tried again.
std::uint16_t retry_condition(std::uint16_t status) noexcept;
std::uint16_t retry_condition(Failure failure) noexcept;

}  // namespace fairway::proxy
