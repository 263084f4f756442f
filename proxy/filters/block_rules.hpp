// Clients that are refused whatever they ask for: ConfigMap keys block-cidrs, block-user-agents, block-referers.
#pragma once

#include <optional>

#include "proxy/exchange.hpp"
#include "proxy/own_answer.hpp"

namespace fairway::proxy {

// Both for snapshots with block rules.

/// 403 when the User-Agent or Referer is on its list. A field that is missing counts as an empty one, as in nginx.
std::optional<OwnAnswer> refuse_blocked_fields(Exchange& exchange);
/// 403 when the address of the client is in block-cidrs.
std::optional<OwnAnswer> refuse_blocked_address(Exchange& exchange);

}  // namespace fairway::proxy
