// Annotations rewrite-target and x-forwarded-prefix: another path for the endpoint (reference 3.3).
#pragma once

#include <optional>

#include "proxy/exchange.hpp"
#include "proxy/own_answer.hpp"

namespace fairway::proxy {

/// Gives the endpoint the route's target in place of the path, with the query of the request; an absolute target is the
/// answer, a 302. The pattern is applied to the normalised path, so escapes are compared decoded, and escaped anew where
/// nginx does. A request whose path does not match keeps it.
std::optional<OwnAnswer> rewrite(Exchange& exchange);

}  // namespace fairway::proxy
