// Spans of requests: what endpoints are told about the trace, and what the collector gets. docs/tracing.md
#pragma once

#include <string>

#include "proxy/request_steps.hpp"

namespace fairway::proxy {

/// Annotation enable-opentelemetry: the request becomes a span, whose context goes to the endpoint and to authentication
/// servers in place of the client's. What a client says that is not believed does not reach them.
void begin_trace(WorkerContext& worker, Exchange& exchange);

/// What explain says of it.
std::string trace_verdict(const Exchange& exchange);

/// The request is over: its span goes to the exporter, if it was sampled and there is a collector.
void end_trace(WorkerContext& worker, const Exchange& exchange);

/// Fields that a request has from begin_trace(): traceparent and tracestate.
bool tells_of_trace(std::string_view field_name) noexcept;

}  // namespace fairway::proxy
