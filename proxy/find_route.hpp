// The first things that are known about a request: who asks, and which route answers.
#pragma once

#include <span>

#include "proxy/exchange.hpp"
#include "proxy/failure.hpp"

namespace fairway::proxy {

/// Client, scheme, host and request id as the client gave them, from the request head of the exchange into its other
/// parts. `facts` must outlive the exchange's record.
void identify(const ConnectionFacts& facts, Exchange& exchange);

/// Host rule and route, by the request head, into the record. Failure::bad_path, or none; a route is there then.
/// @param scratch  at least as long as the path; Exchange::path may lie in it.
Failure find_route(std::span<char> scratch, Exchange& exchange);

}  // namespace fairway::proxy
