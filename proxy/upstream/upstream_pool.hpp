// Upstream connections of one worker that HTTP/1 requests may take: idle ones by endpoint and TLS settings, newest first,
// within upstream-keepalive-* limits.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/ip_address.hpp"
#include "proxy/io/connection.hpp"
#include "proxy/io/reactor.hpp"
#include "routing/settings.hpp"

namespace fairway::proxy {

class UpstreamPool;

/// Requests may share connections only if these are equal. Equal addresses are not enough: a connection that was opened
/// with the client certificate of one route, or without verification, must not carry requests of another.
struct ConnectionKey {
    SocketAddress address;
    std::uint64_t tls_id = 0;  ///< tls::ClientContext::id(); 0: no TLS

    bool operator==(const ConnectionKey&) const = default;
};

struct ConnectionKeyHash {
    std::size_t operator()(const ConnectionKey& key) const noexcept {
        return SocketAddressHash{}(key.address) + static_cast<std::size_t>(key.tls_id) * 0x9e3779b97f4a7c15ull;
    }
};

/// A connection to an endpoint, with what decides how long it may be kept.
struct UpstreamConnection final : io::Waiter, io::ListHook {
    UpstreamConnection(io::Reactor& reactor, int fd, const ConnectionKey& target)
        : connection(reactor, fd, false), key(target), opened(reactor.now()) {}
    /// Logs a TLS alert that came in place of an answer: with TLS 1.3 an endpoint that wants another certificate of ours
    /// says so when the handshake is over on our side.
    ~UpstreamConnection();

    /// While idle: bytes or an end from the endpoint, or the idle time-out, end the connection.
    void wake(io::Wake reason) override;

    io::Connection connection;
    ConnectionKey key;
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

    /// An idle connection for `key` that the endpoint has not closed, or null.
    std::unique_ptr<UpstreamConnection> take_idle(const ConnectionKey& key);

    /// Keeps a connection whose last exchange ended cleanly, or closes it when a limit says so.
    void give_back(std::unique_ptr<UpstreamConnection> connection, const routing::UpstreamKeepalive& limits);

    std::size_t idle_count() const noexcept { return idle_count_; }

private:
    friend struct UpstreamConnection;
    void drop(UpstreamConnection& idle);
    void drop_oldest();

    io::Reactor& reactor_;
    boost::unordered_flat_map<ConnectionKey, std::vector<std::unique_ptr<UpstreamConnection>>, ConnectionKeyHash> idle_;
    io::ListHook by_age_;  // least recently used first
    std::size_t idle_count_ = 0;
};

}  // namespace fairway::proxy
