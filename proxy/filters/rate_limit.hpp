// limit-rps, limit-rpm and limit-connections of a request's route. docs/rate-limits.md.
#pragma once

#include <optional>
#include <string>

#include "proxy/exchange.hpp"
#include "proxy/own_answer.hpp"
#include "proxy/worker_context.hpp"

namespace fairway::proxy {

/// For a route with limits: counts the request, or answers it when the client has used them up.
std::optional<OwnAnswer> charge_limits(WorkerContext& worker, Exchange& exchange);

/// What there is to count, for explain.
std::string limits_verdict(const Exchange& exchange);

}  // namespace fairway::proxy
