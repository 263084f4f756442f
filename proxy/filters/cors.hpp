// CORS: answers to preflight requests, and the fields that let pages of other origins read answers (annotations
// enable-cors and cors-*; reference 3.4).
#pragma once

#include <optional>
#include <string_view>

#include "proxy/exchange.hpp"
#include "proxy/own_answer.hpp"
#include "routing/policy/cors.hpp"

namespace fairway::proxy {

/// The answer to an OPTIONS request whose origin may read; std::nullopt: the request goes on.
std::optional<OwnAnswer> cors_preflight(Exchange& exchange);

/// Puts the fields into every answer of the route, also into errors. They replace the endpoint's own.
void add_cors_fields(Exchange& exchange);

/// Whether pages of `origin`, the value of Origin, may read.
bool allows_origin(const routing::Cors& cors, std::string_view origin) noexcept;

}  // namespace fairway::proxy
