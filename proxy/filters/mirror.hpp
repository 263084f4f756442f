// Annotation mirror-target: a copy of a request for somebody else, whose answer nobody sees. docs/mirror.md.
#pragma once

#include "proxy/exchange.hpp"
#include "proxy/request_body.hpp"
#include "proxy/worker_context.hpp"

namespace fairway::proxy {

/// Sends the copy on its way, or gives it up when too many are; never waits. The route has a mirror, and `body` is at hand
/// where the copy is to have it.
void start_mirror(WorkerContext& worker, const Exchange& exchange, const RequestBody& body);

}  // namespace fairway::proxy
