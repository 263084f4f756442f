// Keys of OpenTelemetry: which requests become spans, and who gets them.
#include <fmt/format.h>

#include <charconv>

#include "base/ascii.hpp"
#include "ingress/configmap/sections.hpp"
#include "ingress/values.hpp"
#include "routing/policy/tracing.hpp"

namespace fairway::ingress {

namespace {

constexpr std::int64_t kMaxQueue = 65'536;  // spans of a worker, some KiB each
constexpr std::int64_t kMaxBatch = 1024;    // bounded in bytes as well (proxy/tracing/span_exporter.hpp)

Result<routing::Sampler> parse_sampler(std::string_view text) {
    if (text == "AlwaysOn") return routing::Sampler::always_on;
    if (text == "AlwaysOff") return routing::Sampler::always_off;
    if (text == "TraceIdRatioBased") return routing::Sampler::trace_id_ratio;
    return Error{fmt::format("\"{}\" is not a sampler; write AlwaysOn, AlwaysOff or TraceIdRatioBased", text)};
}

Result<double> parse_ratio(std::string_view text) {
    double ratio = 0;
    const auto end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, ratio, std::chars_format::fixed);
    if (parsed.ec == std::errc() && parsed.ptr == end && ratio >= 0 && ratio <= 1) return ratio;
    return Error{fmt::format("\"{}\" is not a number from 0 to 1; write 0.01", text)};
}

/// A server of no URL, by the rules of those that have one. This machine may be named: an agent stands there at times.
Result<ServerUrl> parse_collector(std::string_view host) {
    if (ascii::iequals(host, "localhost")) host = "127.0.0.1";
    const bool bare_v6 = host.find(':') != host.npos && !host.starts_with('[');
    auto url = parse_server_url(bare_v6 ? fmt::format("http://[{}]", host) : fmt::format("http://{}", host));
    if (!url || url->names_port || url->path_and_query != "/" || url->host.empty())
        return Error{
            fmt::format("\"{}\" is not a host; write one such as otel-collector.monitoring.svc, without scheme, "
                        "port or path",
                        host)};
    return url;
}

}  // namespace

void read_tracing_keys(SettingReader& settings, ConfigMapSettings& result) {
    auto& defaults = result.defaults.tracing;
    bool enabled = false;
    settings.read("enable-opentelemetry", enabled, parse_bool);
    settings.read("opentelemetry-trust-incoming-span", defaults.tracing.trust_incoming, parse_bool);
    settings.read("opentelemetry-operation-name", defaults.tracing.operation_name, routing::parse_text_template);
    if (enabled) result.defaults.policy.tracing = defaults.tracing;

    routing::TraceSettings traces;
    settings.read("otel-service-name", traces.service_name, parse_url_text);
    settings.read("otel-sampler", traces.sampler, parse_sampler);
    settings.read("otel-sampler-ratio", traces.ratio, parse_ratio);
    settings.read("otel-sampler-parent-based", traces.parent_based, parse_bool);
    settings.read("otel-max-queuesize", traces.max_queue, integer(1, kMaxQueue));
    settings.read("otel-max-export-batch-size", traces.max_batch, integer(1, kMaxBatch));
    settings.read("otel-schedule-delay-millis", traces.schedule_delay, integer(1, 3'600'000));
    std::uint16_t port = 4317;
    settings.read("otlp-collector-port", port, integer(1, 65'535));
    std::optional<ServerUrl> collector;
    settings.read("otlp-collector-host", collector, parse_collector);
    if (collector) {
        collector->port = port;
        collector->names_port = true;
        traces.authority = collector->authority({});
    }
    result.trace_collector = std::move(collector);
    defaults.has_collector = result.trace_collector.has_value();
    if (enabled && !defaults.has_collector)
        settings.report(
            Severity::warning, "enable-opentelemetry",
            "sends no span anywhere: set otlp-collector-host. Field traceparent goes to the endpoints all the "
            "same",
            "NoTraceCollector");
    result.data_plane.tracing = std::move(traces);
}

}  // namespace fairway::ingress
