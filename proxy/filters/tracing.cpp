#include "proxy/filters/tracing.hpp"

#include "base/ascii.hpp"
#include "proxy/tracing/otlp.hpp"
#include "proxy/tracing/span_exporter.hpp"
#include "proxy/variables.hpp"

namespace fairway::proxy {

namespace {

constexpr std::string_view kTraceParent = "traceparent";
constexpr std::string_view kTraceState = "tracestate";

const routing::Tracing& tracing_of(const Exchange& exchange) { return *exchange.record.route->policy->tracing; }

const routing::TraceSettings& settings_of(const Exchange& exchange) {
    static const routing::TraceSettings kDefaults;
    const auto& settings = exchange.snapshot->settings->tracing;
    return settings ? *settings : kDefaults;
}

std::string operation_name(const Exchange& exchange) {
    const auto& name = tracing_of(exchange).operation_name;
    return name.pieces.empty() ? exchange.record.route->path : expand(name, exchange.record);
}

std::optional<TraceParent> believed_parent(const Exchange& exchange) {
    return tracing_of(exchange).trust_incoming ? find_trace_parent(exchange.request.fields) : std::nullopt;
}

}  // namespace

void begin_trace(WorkerContext& worker, Exchange& exchange) {
    const auto parent = believed_parent(exchange);
    exchange.trace = start_span(parent ? &*parent : nullptr, settings_of(exchange),
                                {worker.random_bits(), worker.random_bits(), worker.random_bits()});
    exchange.record.trace = &exchange.trace;
    FieldEdits& fields = exchange.request_edits.fields;
    fields.set(kTraceParent, fields.keep(exchange.trace.traceparent()));
    if (!parent) fields.set(kTraceState, {});  // says something of a trace that does not go on
}

std::string trace_verdict(const Exchange& exchange) {
    return believed_parent(exchange) ? "continues the client's trace" : "begins a trace";
}

void end_trace(WorkerContext& worker, const Exchange& exchange) {
    const auto& settings = settings_of(exchange);
    if (!exchange.trace.sampled || !settings.collector) return;
    if (!worker.spans) worker.spans = std::make_unique<SpanExporter>(worker);
    if (worker.draining) worker.spans->flush();
    worker.spans->add(otlp::encode_span(exchange.record, operation_name(exchange), std::chrono::system_clock::now()),
                      settings);
}

bool tells_of_trace(std::string_view field_name) noexcept {
    return ascii::iequals(field_name, kTraceParent) || ascii::iequals(field_name, kTraceState);
}

}  // namespace fairway::proxy
