// Request metrics: ingress-nginx's collectors/socket.go (reference section 7.1).
#include <array>
#include <map>
#include <vector>

#include "admin/metrics_page.hpp"

namespace fairway::admin {

namespace {

constexpr const char* kPrefix = "nginx_ingress_controller_";

struct LabelledSeries {
    Labels labels;
    const proxy::RequestSeries* series;
};

using SeriesMap = std::map<proxy::RequestLabels, proxy::RequestSeries>;

/// Without --metrics-per-host, the series of one path that differ by host only are one.
SeriesMap merge_hosts(const SeriesMap& requests) {
    SeriesMap merged;
    for (const auto& [labels, series] : requests) {
        proxy::RequestLabels hostless = labels;
        hostless.host.clear();
        merged[hostless].merge(series);
    }
    return merged;
}

std::vector<LabelledSeries> labelled(const MetricsInput& input, const SeriesMap& requests) {
    const Labels constant = controller_labels(input.identity);
    std::vector<LabelledSeries> result;
    result.reserve(requests.size());
    for (const auto& [key, series] : requests) {
        Labels labels = constant;
        labels.add("canary", key.canary);
        if (input.options.per_host) labels.add("host", key.host);
        labels.add("ingress", key.ingress)
            .add("method", key.method)
            .add("namespace", key.ns)
            .add("path", key.path)
            .add("service", key.service)
            .add("status", std::to_string(key.status));
        result.push_back({std::move(labels), &series});
    }
    return result;
}

struct DurationMetric {
    const char* name;
    const char* help;
    proxy::DurationHistogram proxy::RequestSeries::* histogram;
    bool always;  ///< also for series without a measurement
};

constexpr std::array kDurations = {
    DurationMetric{"request_duration_seconds",
                   "Time from the first byte of a request to the last byte of its response.",
                   &proxy::RequestSeries::request_duration, true},
    DurationMetric{"connect_duration_seconds",
                   "Time to open a connection to an endpoint; requests on a reused one are not counted.",
                   &proxy::RequestSeries::connect_duration, false},
    DurationMetric{"header_duration_seconds", "Time until the endpoint's response head.",
                   &proxy::RequestSeries::header_duration, false},
    DurationMetric{"response_duration_seconds", "Time until the end of the endpoint's response.",
                   &proxy::RequestSeries::response_duration, false},
};

struct SizeMetric {
    const char* name;
    const char* help;
    std::uint64_t proxy::RequestSeries::* bytes;
};

constexpr std::array kSizes = {
    SizeMetric{"request_size", "Bytes received from clients, heads included.", &proxy::RequestSeries::request_bytes},
    SizeMetric{"response_size", "Bytes sent to clients, heads included.", &proxy::RequestSeries::response_bytes},
    SizeMetric{"bytes_sent", "The same as response_size; deprecated by ingress-nginx.",
               &proxy::RequestSeries::response_bytes},
};

}  // namespace

void append_request_metrics(Exposition& out, const MetricsInput& input) {
    const SeriesMap hostless = input.options.per_host ? SeriesMap() : merge_hosts(input.data_plane.requests);
    const auto all = labelled(input, input.options.per_host ? input.data_plane.requests : hostless);

    out.family(std::string(kPrefix) + "requests", MetricType::counter,
               "Requests answered, by Ingress path and status.");
    for (const auto& [labels, series] : all) out.sample(labels, series->requests);

    for (const DurationMetric& metric : kDurations) {
        out.family(std::string(kPrefix) + metric.name, MetricType::histogram, metric.help);
        for (const auto& [labels, series] : all) {
            const proxy::DurationHistogram& histogram = series->*metric.histogram;
            if (metric.always || histogram.count() != 0)
                out.histogram(labels, proxy::kDurationBuckets, histogram.counts, histogram.sum_seconds);
        }
    }
    // Sizes are kept as sums: the dashboards ask for _sum and _count, and buckets would cost memory on every worker.
    for (const SizeMetric& metric : kSizes) {
        out.family(std::string(kPrefix) + metric.name, MetricType::histogram, metric.help);
        for (const auto& [labels, series] : all)
            out.histogram(labels, series->requests, static_cast<double>(series->*metric.bytes));
    }
}

}  // namespace fairway::admin
