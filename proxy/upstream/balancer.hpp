// Balancing state of one worker for one backend: which endpoint the next request goes to. Each worker has its own, so
// nothing is shared; with many requests the workers' choices add up to the same shares.
#pragma once

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "proxy/io/deadline_wheel.hpp"
#include "routing/backend.hpp"

namespace fairway::proxy {

using Random = std::minstd_rand;

/// Whether a request has tried the endpoint without success.
inline bool was_tried(const routing::Endpoint& endpoint, std::span<const SocketAddress> tried) noexcept {
    return std::find(tried.begin(), tried.end(), endpoint.address) != tried.end();
}

/// One of `set` (not empty) by chance, if possible not one of `tried`.
const routing::Endpoint& draw_untried(const routing::EndpointSet& set, std::span<const SocketAddress> tried,
                                      Random& random);

class Balancer {
public:
    explicit Balancer(Random& random) : next_(random()) {}

    /// An endpoint of `set` (not empty) by the backend's algorithm, if possible not one of `tried`, nor one to avoid.
    const routing::Endpoint& pick(const routing::EndpointSet& set, routing::LoadBalance algorithm,
                                  std::span<const SocketAddress> tried, io::TimePoint now, Random& random);

    /// Tells ewma how long the endpoint took from the start of the connect to the end of its response.
    void observe(const routing::EndpointSet& set, const SocketAddress& endpoint, std::chrono::duration<double> took,
                 io::TimePoint now);

    /// A connect failed after `took`. When that was a long wait, others are picked from now on (nginx: fail_timeout), and each
    /// ten seconds one request tries the endpoint, until it is connected() or gone from the set.
    void connect_failed(const SocketAddress& endpoint, std::chrono::duration<double> took, io::TimePoint now);
    /// The endpoint took a new connection.
    void connected(const SocketAddress& endpoint) noexcept {
        if (!avoided_.empty()) std::erase_if(avoided_, [&](const Avoided& one) { return one.endpoint == endpoint; });
    }

private:
    struct Avoided {
        SocketAddress endpoint;
        io::TimePoint until{};
    };
    // Exponentially weighted moving average that also fades while nothing is sent (ingress-nginx: load-balance ewma).
    struct Score {
        double value = 0;
        io::TimePoint updated{};
    };
    void forget_long_over(io::TimePoint now) noexcept;
    const routing::Endpoint& pick_by(const routing::EndpointSet& set, routing::LoadBalance algorithm,
                                     std::span<const SocketAddress> tried, io::TimePoint now, Random& random);
    const routing::Endpoint& pick_beside_avoided(const routing::EndpointSet& set, routing::LoadBalance algorithm,
                                                 std::span<const SocketAddress> tried, io::TimePoint now,
                                                 Random& random);
    const routing::Endpoint& pick_round_robin(const routing::EndpointSet& set, std::span<const SocketAddress> tried);
    const routing::Endpoint& pick_ewma(const routing::EndpointSet& set, std::span<const SocketAddress> tried,
                                       io::TimePoint now, Random& random);
    double score_of(const SocketAddress& endpoint, io::TimePoint now) const;
    double average(io::TimePoint now) const;

    std::uint32_t next_;
    std::vector<Avoided> avoided_;  // empty nearly always
    boost::unordered_flat_map<SocketAddress, Score, SocketAddressHash> scores_;
};

}  // namespace fairway::proxy
