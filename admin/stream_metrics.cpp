// Service listeners: connections and datagrams that are forwarded without HTTP. ingress-nginx has no metrics of its own
// TCP and UDP services, so these names are ours.
#include <array>

#include "admin/metrics_page.hpp"

namespace fairway::admin {

namespace {

struct StreamMetric {
    const char* name;
    MetricType type;
    const char* help;
    std::uint64_t proxy::StreamCounters::* value;
};

constexpr std::array kStream = {
    StreamMetric{"fairway_stream_sessions_total", MetricType::counter,
                 "TCP connections accepted and UDP sessions begun.", &proxy::StreamCounters::accepted},
    StreamMetric{"fairway_stream_sessions", MetricType::gauge, "TCP connections and UDP sessions open now.",
                 &proxy::StreamCounters::active},
    StreamMetric{"fairway_stream_failed_total", MetricType::counter,
                 "Sessions for which no endpoint was ready or could be reached.", &proxy::StreamCounters::failed},
    StreamMetric{"fairway_stream_bad_proxy_headers_total", MetricType::counter,
                 "Connections closed for a missing, malformed or late PROXY header.",
                 &proxy::StreamCounters::bad_proxy_headers},
    StreamMetric{"fairway_stream_received_bytes_total", MetricType::counter, "Bytes received from clients.",
                 &proxy::StreamCounters::received_bytes},
    StreamMetric{"fairway_stream_sent_bytes_total", MetricType::counter, "Bytes sent to clients.",
                 &proxy::StreamCounters::sent_bytes},
    StreamMetric{"fairway_stream_dropped_datagrams_total", MetricType::counter,
                 "UDP datagrams that could not be passed on.", &proxy::StreamCounters::dropped_datagrams},
};

}  // namespace

void append_stream_metrics(Exposition& out, const MetricsInput& input) {
    const auto& streams = input.data_plane.streams;
    if (streams.empty()) return;
    std::vector<Labels> labels;
    labels.reserve(streams.size());
    for (const auto& [key, counters] : streams)
        labels.push_back(Labels(controller_labels(input.identity))
                             .add("protocol", key.protocol)
                             .add("address", key.address)
                             .add("kind", key.kind)
                             .add("namespace", key.ns)
                             .add("name", key.name));
    for (const StreamMetric& metric : kStream) {
        out.family(metric.name, metric.type, metric.help);
        auto label = labels.begin();
        for (const auto& [key, counters] : streams) out.sample(*label++, counters.*metric.value);
    }
}

}  // namespace fairway::admin
