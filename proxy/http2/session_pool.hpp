// HTTP/2 connections to endpoints, of one worker: requests to the same endpoint share them.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <vector>

#include "proxy/io/deadline_wheel.hpp"
#include "proxy/upstream/connect.hpp"
#include "routing/policy/upstream_policy.hpp"

namespace fairway::proxy {
struct WorkerContext;
}

namespace fairway::proxy::http2 {

class UpstreamSession;
class UpstreamStream;

class SessionPool {
public:
    enum class Which : std::uint8_t {
        any,
        fresh,  ///< one that has not been open yet: the others may have been closed by the endpoint
    };

    explicit SessionPool(WorkerContext& worker);
    ~SessionPool();
    SessionPool(const SessionPool&) = delete;
    SessionPool& operator=(const SessionPool&) = delete;

    /// A stream on a connection with room for it: an open one, one that is being opened already, or a new one. See
    /// UpstreamStream::wait_for_connection().
    std::unique_ptr<UpstreamStream> open_stream(const UpstreamTarget& target, Which which,
                                                const routing::UpstreamKeepalive& limits,
                                                const routing::UpstreamTimeouts& timeouts);

    /// Connections without a stream.
    std::size_t idle_count() const noexcept { return idle_count_; }
    /// Destroys the connections that are over; none of their frames may be on the stack.
    void end_sessions();

private:
    friend class UpstreamSession;
    using Sessions = std::vector<std::unique_ptr<UpstreamSession>>;
    struct Endpoint {
        Sessions sessions;
        std::uint32_t streams = 100;  ///< taken for granted until SETTINGS come (RFC 9113 section 6.5.2)
    };

    UpstreamSession* find(const ConnectionKey& key, Which which);
    /// An endpoint has said how many streams it takes on a connection.
    void learned(const ConnectionKey& key, std::uint32_t streams);
    void became_idle(UpstreamSession& session, bool worn_out);
    void became_busy(UpstreamSession& session) noexcept;
    void ended(UpstreamSession& session);

    WorkerContext& worker_;
    boost::unordered_flat_map<ConnectionKey, Endpoint, ConnectionKeyHash> endpoints_;
    Sessions ended_;
    io::ListHook idle_;  // UpstreamSession::IdleHook, the longest idle first
    std::size_t idle_count_ = 0;
};

}  // namespace fairway::proxy::http2
