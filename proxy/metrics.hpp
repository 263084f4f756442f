// Counters of the data plane, as plain values that a reader got from every worker and may keep.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fairway::proxy {

/// Labels of the request metrics (ingress-nginx, reference section 7.1).
struct RequestLabels {
    std::string host;  ///< Host without port, lower case; the rule's name for wildcard and catch-all hosts
    std::string ns;    ///< namespace of the Ingress
    std::string ingress;
    std::string service;
    std::string canary;  ///< name of the canary backend that was chosen, or empty
    std::string path;    ///< as the Ingress writes it
    std::string method;  ///< a known method, or "OTHER": bounded, whatever clients send
    std::uint16_t status = 0;

    auto operator<=>(const RequestLabels&) const = default;
};

/// Upper bounds in seconds of the duration histograms: ingress-nginx's --time-buckets default.
inline constexpr std::array<double, 11> kDurationBuckets = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

struct DurationHistogram {
    double sum_seconds = 0;                                           // beside the bucket that is counted most
    std::array<std::uint64_t, kDurationBuckets.size() + 1> counts{};  ///< per bucket, not cumulative; last: above all

    void add(double seconds) noexcept;
    std::uint64_t count() const noexcept;
    void merge(const DurationHistogram& other) noexcept;
};

struct RequestSeries {
    std::uint64_t requests = 0;
    std::uint64_t request_bytes = 0;   ///< received from clients, heads included
    std::uint64_t response_bytes = 0;  ///< sent to clients, heads included
    DurationHistogram request_duration;
    DurationHistogram connect_duration;   ///< only requests that opened one connection
    DurationHistogram header_duration;    ///< until the upstream's response head
    DurationHistogram response_duration;  ///< until the end of the upstream's response

    void merge(const RequestSeries& other) noexcept;
};

struct ConnectionCounters {
    std::uint64_t accepted = 0;
    std::uint64_t handled = 0;  ///< accepted and served
    std::uint64_t dropped = 0;  ///< closed at once for lack of file descriptors
    std::uint64_t active = 0;   ///< now, idle ones included
    std::uint64_t reading = 0;  ///< now: waiting for the rest of a request head
    std::uint64_t writing = 0;  ///< now: a request is being served
    std::uint64_t waiting = 0;  ///< now: idle between requests
    std::uint64_t requests = 0;
    std::uint64_t tls_handshakes = 0;
    std::uint64_t tls_handshake_failures = 0;
    std::uint64_t tls_resumed = 0;
    std::uint64_t upstream_opened = 0;
    std::uint64_t upstream_reused = 0;
    std::uint64_t upstream_idle = 0;              ///< now
    std::uint64_t bad_requests = 0;               ///< refused by the parser or its limits
    std::uint64_t bad_proxy_headers = 0;          ///< closed for a malformed, missing or late PROXY header
    std::uint64_t http2_calmed = 0;               ///< HTTP/2 connections ended for abuse
    std::uint64_t access_log_dropped = 0;         ///< lines given up because the log could not be written
    std::uint64_t requests_limited = 0;           ///< refused by limit-rps or limit-rpm
    std::uint64_t requests_at_once_limited = 0;   ///< refused by limit-connections
    std::uint64_t spans_exported = 0;             ///< taken by the collector
    std::uint64_t spans_dropped = 0;              ///< the queue was full, or the collector did not take them
    std::uint64_t requests_refused_by_rules = 0;  ///< by ModSecurity; responses that it cut as well

    void merge(const ConnectionCounters& other) noexcept;
};

/// Which service listener, or passthrough host: its address and the object that asks for it.
struct StreamLabels {
    std::string protocol;  ///< "TCP", "UDP", or "TLS" for a passthrough
    std::string address;   ///< "127.0.0.1:9000"; of a passthrough the host name
    std::string kind;      ///< of the owner: "Service", "ConfigMap" or "Ingress"
    std::string ns;
    std::string name;

    auto operator<=>(const StreamLabels&) const = default;
};

/// Of one service listener. A session is a TCP connection, or the datagrams of one UDP client.
struct StreamCounters {
    std::uint64_t accepted = 0;           ///< sessions begun
    std::uint64_t active = 0;             ///< now
    std::uint64_t failed = 0;             ///< no endpoint ready, or none could be reached
    std::uint64_t bad_proxy_headers = 0;  ///< closed for a malformed, missing or late PROXY header
    std::uint64_t received_bytes = 0;     ///< from clients
    std::uint64_t sent_bytes = 0;         ///< to clients
    std::uint64_t dropped_datagrams = 0;  ///< UDP: no endpoint, no room, too many sessions

    void merge(const StreamCounters& other) noexcept;
};

struct Metrics {
    std::map<StreamLabels, StreamCounters> streams;
    std::map<RequestLabels, RequestSeries> requests;
    ConnectionCounters connections;
    std::uint64_t oldest_generation = 0;  ///< of the snapshot a worker serves: live everywhere once it is the newest
};

}  // namespace fairway::proxy
