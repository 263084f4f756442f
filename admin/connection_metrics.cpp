// Connections of the data plane: ingress-nginx's collectors/nginx_status.go, and what nginx does not count.
#include <array>

#include "admin/metrics_page.hpp"
#include "routing/regex.hpp"

namespace fairway::admin {

namespace {

struct OwnCounter {
    const char* name;
    MetricType type;
    const char* help;
    std::uint64_t proxy::ConnectionCounters::* value;
};

constexpr std::array kOwn = {
    OwnCounter{"fairway_tls_handshakes_total", MetricType::counter, "TLS handshakes that clients finished.",
               &proxy::ConnectionCounters::tls_handshakes},
    OwnCounter{"fairway_tls_handshake_failures_total", MetricType::counter,
               "TLS handshakes that failed or took too long.", &proxy::ConnectionCounters::tls_handshake_failures},
    OwnCounter{"fairway_tls_resumed_total", MetricType::counter, "Handshakes that resumed an earlier TLS session.",
               &proxy::ConnectionCounters::tls_resumed},
    OwnCounter{"fairway_upstream_connections_opened_total", MetricType::counter, "Connections opened to endpoints.",
               &proxy::ConnectionCounters::upstream_opened},
    OwnCounter{"fairway_upstream_connections_reused_total", MetricType::counter,
               "Requests sent on an idle connection of a pool.", &proxy::ConnectionCounters::upstream_reused},
    OwnCounter{"fairway_upstream_connections_idle", MetricType::gauge, "Idle connections to endpoints now.",
               &proxy::ConnectionCounters::upstream_idle},
    OwnCounter{"fairway_bad_requests_total", MetricType::counter,
               "Requests refused as malformed, ambiguous or over a limit.", &proxy::ConnectionCounters::bad_requests},
    OwnCounter{"fairway_bad_proxy_headers_total", MetricType::counter,
               "Connections to the HTTP and HTTPS ports closed for a missing, malformed or late PROXY header.",
               &proxy::ConnectionCounters::bad_proxy_headers},
    OwnCounter{"fairway_http2_calmed_connections_total", MetricType::counter,
               "HTTP/2 connections ended because their client flooded them (ENHANCE_YOUR_CALM).",
               &proxy::ConnectionCounters::http2_calmed},
    OwnCounter{"fairway_access_log_dropped_total", MetricType::counter,
               "Access log lines given up because the log could not be written.",
               &proxy::ConnectionCounters::access_log_dropped},
    OwnCounter{"fairway_limited_requests_total", MetricType::counter, "Requests refused by limit-rps or limit-rpm.",
               &proxy::ConnectionCounters::requests_limited},
    OwnCounter{"fairway_limited_requests_at_once_total", MetricType::counter, "Requests refused by limit-connections.",
               &proxy::ConnectionCounters::requests_at_once_limited},
    OwnCounter{"fairway_spans_exported_total", MetricType::counter, "Spans that the OpenTelemetry collector took.",
               &proxy::ConnectionCounters::spans_exported},
    OwnCounter{"fairway_spans_dropped_total", MetricType::counter,
               "Spans given up: the queue was full, or the collector did not take them.",
               &proxy::ConnectionCounters::spans_dropped},
    OwnCounter{"fairway_modsecurity_refused_requests_total", MetricType::counter,
               "Requests and responses refused by rules of ModSecurity.",
               &proxy::ConnectionCounters::requests_refused_by_rules},
};

}  // namespace

void append_connection_metrics(Exposition& out, const MetricsInput& input) {
    const Labels constant = controller_labels(input.identity);
    const auto with_state = [&](const char* state) { return Labels(constant).add("state", state); };
    const proxy::ConnectionCounters& counters = input.data_plane.connections;

    out.family("nginx_ingress_controller_nginx_process_connections", MetricType::gauge,
               "Client connections now, by state.");
    out.sample(with_state("active"), counters.active);
    out.sample(with_state("reading"), counters.reading);
    out.sample(with_state("writing"), counters.writing);
    out.sample(with_state("waiting"), counters.waiting);

    out.family("nginx_ingress_controller_nginx_process_connections_total", MetricType::counter,
               "Client connections so far.");
    out.sample(with_state("accepted"), counters.accepted);
    out.sample(with_state("handled"), counters.handled);

    out.family("nginx_ingress_controller_nginx_process_requests_total", MetricType::counter, "Client requests so far.");
    out.sample(constant, counters.requests);

    for (const OwnCounter& counter : kOwn) {
        out.family(counter.name, counter.type, counter.help);
        out.sample({}, counters.*counter.value);
    }
    out.family("fairway_regex_limit_reached_total", MetricType::counter,
               "Matches of regular expressions that ended at a limit and count as no match.");
    out.sample({}, routing::Regex::gave_up_count());
}

}  // namespace fairway::admin
