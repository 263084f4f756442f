// What one worker owns and lends to its sessions. Nothing in here is touched by another thread.
#pragma once

#include <array>
#include <ctime>
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "proxy/access_log/access_log.hpp"
#include "proxy/exchange.hpp"
#include "proxy/http2/session_pool.hpp"
#include "proxy/io/buffer_pool.hpp"
#include "proxy/io/page_pool.hpp"
#include "proxy/io/reactor.hpp"
#include "proxy/l4/passthrough_counters.hpp"
#include "proxy/listener.hpp"
#include "proxy/metrics.hpp"
#include "proxy/metrics_shard.hpp"
#include "proxy/snapshot_ref.hpp"
#include "proxy/upstream/balancer.hpp"
#include "proxy/upstream/upstream_pool.hpp"

namespace fairway::proxy {

struct AccessTables;
class AffinityTable;
class KeyedEndpoints;
class Mirrors;
class RateLimitTable;
class SpanExporter;
struct SharedTables;

/// A connection that gathers what it has to send until the end of a turn of the event loop.
class OutputGatherer : public io::ListHook {
public:
    /// Sends what is there. Waits for the socket by itself when that takes no more.
    virtual void flush() = 0;

protected:
    ~OutputGatherer() = default;
};

struct WorkerContext {
    WorkerContext(std::uint64_t seed, AccessLog& access_log, SharedTables& shared);
    ~WorkerContext();

    io::Reactor reactor;
    io::BufferPool buffers;
    io::PagePool pages;
    UpstreamPool pool{reactor};
    Random random;
    AffinityTable& affinity;      ///< of SharedTables, which have locks of their own
    RateLimitTable& rate_limits;  ///< as well
    AccessTables& access;         ///< as well
    SnapshotRef snapshot;         ///< what new requests start with
    ConnectionCounters counters;
    MetricsShard metrics;
    LogSink log;
    LogText text;  ///< for a text with variables; used within one function
    SpareDescriptor spare_descriptor;
    io::ListHook output;  ///< OutputGatherers that have something to send
    http2::SessionPool http2_pool{*this};
    std::unique_ptr<Mirrors> mirrors;     ///< made when a route has one
    std::unique_ptr<SpanExporter> spans;  ///< made when a span is to be exported
    l4::PassthroughCounters passthrough;
    bool draining = false;     ///< responses carry Connection: close
    bool closes_idle = false;  ///< HTTP/1 connections end between two requests

    std::uint64_t random_bits() noexcept {
        // xorshift64*: names for requests, not secrets.
        bits_ ^= bits_ >> 12;
        bits_ ^= bits_ << 25;
        bits_ ^= bits_ >> 27;
        return bits_ * 0x2545f4914f6cdd1dull;
    }
    /// Room for a normalised path; used within one function.
    std::span<char> path_scratch(std::size_t size) {
        if (path_scratch_.size() < size) path_scratch_.resize(size);
        return path_scratch_;
    }
    /// Value of the Date field, made once a second.
    std::string_view date();

    std::unique_ptr<Exchange> take_exchange();
    void give_back(std::unique_ptr<Exchange> exchange);
    /// Lets the gatherers of `output` send. @return whether some have more for the next turn.
    bool flush_output();
    /// Metrics and access log of a request that is over.
    void finish_request(const Exchange& exchange);
    /// Access log of a session through a service listener, or of a TLS connection that was passed through.
    void finish_stream(const StreamRecord& record) {
        if (snapshot->settings->access_log.streams_enabled) log.write(record);
    }

    /// Balancing state of a backend; made when it is first used.
    Balancer& balancer(routing::BackendId id) {
        if (id >= balancers_.size()) balancers_.resize(id + 1);
        if (!balancers_[id]) balancers_[id] = std::make_unique<Balancer>(random);
        return *balancers_[id];
    }

    /// Kept connections to the servers of an auth-url, apart from those to endpoints: auth-keepalive limits them.
    UpstreamPool& auth_pool(routing::BackendId servers) {
        auto& kept = auth_pools_[servers];
        if (!kept) kept = std::make_unique<UpstreamPool>(reactor);
        return *kept;
    }
    /// The endpoints of a backend as session cookies and hashes name them; made when first used.
    KeyedEndpoints& keyed_endpoints(const routing::Backend& backend);

private:
    static constexpr std::size_t kSpareExchanges = 256;

    std::vector<std::unique_ptr<Balancer>> balancers_;
    std::map<routing::BackendId, std::unique_ptr<UpstreamPool>> auth_pools_;
    std::vector<std::unique_ptr<KeyedEndpoints>> keyed_endpoints_;
    std::vector<std::unique_ptr<Exchange>> spare_exchanges_;
    std::vector<char> path_scratch_;
    std::uint64_t bits_;
    std::array<char, 32> date_;
    std::size_t date_size_ = 0;
    std::time_t date_second_ = 0;
};

}  // namespace fairway::proxy
