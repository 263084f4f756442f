// The decisions about one request, in the order of docs/life-of-a-request.md: match, answers of our own, forwarding.
#pragma once

#include "proxy/downstream_stream.hpp"
#include "proxy/exchange.hpp"
#include "proxy/own_answer.hpp"
#include "proxy/worker_context.hpp"

namespace fairway::proxy {

/// Serves the request in `exchange` on `stream`. When it returns the response is complete, or `stream` knows that it
/// failed; the record in `exchange` is filled in but for what the stream itself counts.
io::Task<void> handle_request(WorkerContext& worker, DownstreamStream& stream, Exchange& exchange);

/// Sends one of our own answers.
io::Task<void> send_own_answer(DownstreamStream& stream, Exchange& exchange, const OwnAnswer& answer);

}  // namespace fairway::proxy
