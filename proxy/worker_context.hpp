// What one worker owns and lends to its sessions. Nothing in here is touched by another thread.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "proxy/exchange.hpp"
#include "proxy/io/buffer_pool.hpp"
#include "proxy/io/reactor.hpp"
#include "proxy/metrics.hpp"
#include "proxy/metrics_shard.hpp"
#include "proxy/snapshot_ref.hpp"
#include "proxy/upstream/balancer.hpp"
#include "proxy/upstream/upstream_pool.hpp"

namespace fairway::proxy {

struct WorkerContext {
    explicit WorkerContext(std::uint64_t seed) : random(static_cast<Random::result_type>(seed | 1)) {}

    io::Reactor reactor;
    io::BufferPool buffers;
    UpstreamPool pool{reactor};
    Random random;
    SnapshotRef snapshot;         ///< what new requests start with
    ConnectionCounters counters;
    MetricsShard metrics;
    bool draining = false;        ///< responses carry Connection: close

    /// Balancing state of a backend; made when it is first used.
    Balancer& balancer(routing::BackendId id) {
        if (id >= balancers_.size()) balancers_.resize(id + 1);
        if (!balancers_[id]) balancers_[id] = std::make_unique<Balancer>(random);
        return *balancers_[id];
    }

private:
    std::vector<std::unique_ptr<Balancer>> balancers_;
};

}  // namespace fairway::proxy
