#include "proxy/metrics_shard.hpp"

#include <algorithm>

namespace fairway::proxy {

namespace {

std::string_view method_label(Method method) {
    switch (method) {
        case Method::get: return "GET";
        case Method::head: return "HEAD";
        case Method::post: return "POST";
        case Method::put: return "PUT";
        case Method::delete_: return "DELETE";
        case Method::connect: return "CONNECT";
        case Method::options: return "OPTIONS";
        case Method::trace: return "TRACE";
        case Method::patch: return "PATCH";
        case Method::lock: return "LOCK";
        case Method::other: break;
    }
    return "OTHER";
}

Method method_of(const RequestRecord& record) {
    return record.request != nullptr ? record.request->method : Method::other;
}

RequestLabels labels_of(const RequestRecord& record) {
    RequestLabels labels;
    labels.method = method_label(method_of(record));
    labels.status = record.status;
    if (record.rules != nullptr) labels.host = record.rules->name();
    if (record.route == nullptr) return labels;
    labels.path = record.route->path;
    if (record.route->owner) {
        labels.ns = record.route->owner->ingress_namespace;
        labels.ingress = record.route->owner->ingress;
    }
    if (record.route->backend) labels.service = record.route->backend->service;
    if (record.canary != nullptr) labels.canary = record.canary->backend->name;
    return labels;
}

void add_durations(RequestSeries& series, const RequestRecord& record) {
    // As ingress-nginx: a request with several tries has no single upstream duration.
    if (record.tries.size() != 1) return;
    const UpstreamTry& only = record.tries.front();
    if (only.connect.count() >= 0) series.connect_duration.add(only.connect.count());
    if (only.header.count() >= 0) series.header_duration.add(only.header.count());
    if (only.response.count() >= 0) series.response_duration.add(only.response.count());
}

bool still_routed(const routing::RouteTable& table, const RequestLabels& labels) {
    if (labels.ingress.empty()) return true;
    const auto* rules = table.host(labels.host);
    if (rules == nullptr || rules->name() != labels.host) return false;
    return std::ranges::any_of(rules->routes(), [&](const routing::Route& route) {
        return route.path == labels.path && route.owner && route.owner->ingress == labels.ingress &&
               route.owner->ingress_namespace == labels.ns;
    });
}

}  // namespace

void DurationHistogram::add(double seconds) noexcept {
    const auto bucket =
        std::lower_bound(kDurationBuckets.begin(), kDurationBuckets.end(), seconds) - kDurationBuckets.begin();
    ++counts[static_cast<std::size_t>(bucket)];
    sum_seconds += seconds;
}

std::uint64_t DurationHistogram::count() const noexcept {
    std::uint64_t sum = 0;
    for (const auto one : counts) sum += one;
    return sum;
}

void DurationHistogram::merge(const DurationHistogram& other) noexcept {
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
    sum_seconds += other.sum_seconds;
}

void RequestSeries::merge(const RequestSeries& other) noexcept {
    requests += other.requests;
    request_duration.merge(other.request_duration);
    connect_duration.merge(other.connect_duration);
    header_duration.merge(other.header_duration);
    response_duration.merge(other.response_duration);
    request_bytes += other.request_bytes;
    response_bytes += other.response_bytes;
}

void ConnectionCounters::merge(const ConnectionCounters& other) noexcept {
    accepted += other.accepted;
    handled += other.handled;
    dropped += other.dropped;
    active += other.active;
    reading += other.reading;
    writing += other.writing;
    waiting += other.waiting;
    requests += other.requests;
    tls_handshakes += other.tls_handshakes;
    tls_handshake_failures += other.tls_handshake_failures;
    tls_resumed += other.tls_resumed;
    upstream_opened += other.upstream_opened;
    upstream_reused += other.upstream_reused;
    upstream_idle += other.upstream_idle;
    bad_requests += other.bad_requests;
    bad_proxy_headers += other.bad_proxy_headers;
    http2_calmed += other.http2_calmed;
    access_log_dropped += other.access_log_dropped;
    requests_limited += other.requests_limited;
    requests_at_once_limited += other.requests_at_once_limited;
    spans_exported += other.spans_exported;
    spans_dropped += other.spans_dropped;
    requests_refused_by_rules += other.requests_refused_by_rules;
}

void StreamCounters::merge(const StreamCounters& other) noexcept {
    accepted += other.accepted;
    active += other.active;
    failed += other.failed;
    bad_proxy_headers += other.bad_proxy_headers;
    received_bytes += other.received_bytes;
    sent_bytes += other.sent_bytes;
    dropped_datagrams += other.dropped_datagrams;
}

std::size_t MetricsShard::KeyHash::operator()(const Key& key) const noexcept {
    const auto pointers = reinterpret_cast<std::uintptr_t>(key.route) * 31 +
                          reinterpret_cast<std::uintptr_t>(key.rules) +
                          reinterpret_cast<std::uintptr_t>(key.canary) * 17;
    const auto mixed =
        (pointers ^ (std::uint64_t{key.status} << 8) ^ static_cast<std::uint64_t>(key.method)) * 0x9e3779b97f4a7c15ull;
    return static_cast<std::size_t>(mixed ^ (mixed >> 32));
}

void MetricsShard::count(const RequestRecord& record, const routing::RouteTable& table) {
    RequestSeries* series = nullptr;
    if (&table == table_.get()) {
        auto& cached = by_pointer_[{record.rules, record.route, method_of(record), record.status, record.canary}];
        if (cached == nullptr) cached = &series_[labels_of(record)];
        series = cached;
    } else {
        series = &series_[labels_of(record)];  // began before the latest change: its pointers may be reused by now
    }
    ++series->requests;
    series->request_duration.add(record.took.count());
    series->request_bytes += record.request_bytes;
    series->response_bytes += record.bytes_sent;
    add_durations(*series, record);
}

void MetricsShard::use_table(std::shared_ptr<const routing::RouteTable> table) {
    if (table == table_) return;
    table_ = std::move(table);
    by_pointer_.clear();
    table_changed_ = true;
}

void MetricsShard::drop_gone() {
    if (!std::exchange(table_changed_, false) || !table_) return;
    by_pointer_.clear();
    std::erase_if(series_, [&](const auto& entry) { return !still_routed(*table_, entry.first); });
}

std::map<RequestLabels, RequestSeries> MetricsShard::collect() {
    drop_gone();
    return series_;
}

}  // namespace fairway::proxy
