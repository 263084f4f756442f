// Traces of requests, as OpenTelemetry has them: docs/tracing.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "routing/backend.hpp"
#include "routing/text_template.hpp"

namespace fairway::routing {

/// Of a route whose requests become spans: enable-opentelemetry, opentelemetry-*.
struct Tracing {
    bool trust_incoming = true;   ///< opentelemetry-trust-incoming-span: a client's trace goes on
    TextTemplate operation_name;  ///< opentelemetry-operation-name; without pieces: the path of the route

    bool operator==(const Tracing&) const = default;
};

/// ConfigMap key otel-sampler.
enum class Sampler : std::uint8_t { always_on, always_off, trace_id_ratio };

/// For all routes: otlp-collector-*, otel-*.
struct TraceSettings {
    Sampler sampler = Sampler::always_on;
    double ratio = 0.01;       ///< of trace_id_ratio: 0 to 1
    bool parent_based = true;  ///< what a client has decided counts before the sampler
    std::string service_name = "nginx";
    std::uint32_t max_queue = 2048;                  ///< spans that each worker keeps; more are dropped
    std::uint32_t max_batch = 512;                   ///< spans of one export
    std::chrono::milliseconds schedule_delay{5000};  ///< a span is exported at the latest after this
    std::optional<BackendId> collector;              ///< none: spans are made, and go nowhere
    std::string authority;                           ///< :authority of exports, "collector.example.com:4317"

    bool operator==(const TraceSettings&) const = default;
};

}  // namespace fairway::routing
