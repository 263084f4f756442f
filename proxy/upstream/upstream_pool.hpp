// Upstream connections of one worker: idle ones by endpoint, newest first, within upstream-keepalive-* limits.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <vector>

#include "base/ip_address.hpp"
#include "proxy/io/connection.hpp"
#include "proxy/io/reactor.hpp"
#include "routing/settings.hpp"

namespace fairway::proxy {

class UpstreamPool;

/// A connection to an endpoint, with what decides how long it may be kept.
struct UpstreamConnection final : io::Waiter, io::ListHook {
    UpstreamConnection(io::Reactor& reactor, int fd, const SocketAddress& endpoint)
        : connection(reactor, fd, false), address(endpoint), opened(reactor.now()) {}

    /// While idle: bytes or an end from the endpoint, or the idle time-out, end the connection.
    void wake(io::Wake reason) override;

    io::Connection connection;
    SocketAddress address;
    io::TimePoint opened;
    std::uint32_t requests = 0;    ///< sent on it so far
    bool large_responses = false;  ///< the last one was: the next is read into a large buffer at once
    UpstreamPool* pool = nullptr;  ///< that keeps it while it is idle
};

class UpstreamPool {
public:
    explicit UpstreamPool(io::Reactor& reactor) : reactor_(reactor) {}
    UpstreamPool(const UpstreamPool&) = delete;
    UpstreamPool& operator=(const UpstreamPool&) = delete;

    /// An idle connection to `address` that the endpoint has not closed, or null.
    std::unique_ptr<UpstreamConnection> take_idle(const SocketAddress& address);

    /// Keeps a connection whose last exchange ended cleanly, or closes it when a limit says so.
    void give_back(std::unique_ptr<UpstreamConnection> connection, const routing::UpstreamKeepalive& limits);

    std::size_t idle_count() const noexcept { return idle_count_; }

private:
    friend struct UpstreamConnection;
    void drop(UpstreamConnection& idle);
    void drop_oldest();

    io::Reactor& reactor_;
    boost::unordered_flat_map<SocketAddress, std::vector<std::unique_ptr<UpstreamConnection>>, SocketAddressHash> idle_;
    io::ListHook by_age_;  // least recently used first
    std::size_t idle_count_ = 0;
};

struct Connected {
    std::unique_ptr<UpstreamConnection> connection;  ///< null when it failed
    io::IoStatus status = io::IoStatus::ok;          ///< error (refused, unreachable) or timeout
};

/// Opens a TCP connection.
io::Task<Connected> connect_upstream(io::Reactor& reactor, const SocketAddress& address,
                                     std::chrono::milliseconds timeout);

}  // namespace fairway::proxy
