// The four forms of a request target (RFC 9112 section 3.2).
#pragma once

#include "proxy/http1/head_parser.hpp"

namespace fairway::proxy::http1 {

/// Fills path, query and origin_form, and for an absolute-form target the authority, from head.target and head.method.
/// Returns none or bad_target. The bytes of the target have been checked already.
HeadError parse_request_target(RequestHead& head) noexcept;

}  // namespace fairway::proxy::http1
