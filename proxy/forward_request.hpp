// A request whose steps let it pass: to its backend, or to the one that stands in for it (annotations custom-http-errors and
// default-backend; docs/custom-errors.md).
#pragma once

#include "proxy/downstream_stream.hpp"
#include "proxy/exchange.hpp"
#include "proxy/failure.hpp"
#include "proxy/worker_context.hpp"

namespace fairway::proxy {

struct Unanswered {
    Failure failure = Failure::none;  ///< none: the response is complete, or the stream knows that it failed
    std::uint16_t status = 0;         ///< of the answer that the caller has to give
};
io::Task<Unanswered> forward_request(WorkerContext& worker, DownstreamStream& stream, Exchange& exchange);

/// For an answer of our own with that status: lets the error pages of the route give it instead.
/// @return 0: they did. Else the status of the answer that the caller has to give.
io::Task<std::uint16_t> answer_by_error_page(WorkerContext& worker, DownstreamStream& stream, Exchange& exchange,
                                             std::uint16_t status);

}  // namespace fairway::proxy
