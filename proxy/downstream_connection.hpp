// What the protocols of a downstream connection share: the connection, what is known of the client, and how it ends.
#pragma once

#include <optional>

#include "proxy/io/connection.hpp"
#include "proxy/request_record.hpp"
#include "proxy/worker_context.hpp"

namespace fairway::proxy {

/// A connection counts as exactly one of these, for the metrics.
enum class DownstreamState : std::uint8_t {
    reading,  ///< TLS handshake, or part of a request's head
    writing,  ///< a request is being served
    waiting,  ///< between requests
};

class DownstreamConnection {
public:
    DownstreamConnection(WorkerContext& context, int fd, ConnectionFacts client);
    ~DownstreamConnection();
    DownstreamConnection(const DownstreamConnection&) = delete;
    DownstreamConnection& operator=(const DownstreamConnection&) = delete;

    void set_state(DownstreamState state);
    std::optional<DownstreamState> state() const noexcept { return state_; }
    /// RFC 9112 section 9.6: closing with unread bytes would reset the connection and lose what is on its way. Ends our
    /// side, and takes what the client still sends until it ends or falls silent.
    io::Task<void> linger();

    WorkerContext& worker;
    io::Connection io;
    ConnectionFacts facts;

private:
    std::uint64_t& counter(DownstreamState state) noexcept;

    std::optional<DownstreamState> state_;
};

}  // namespace fairway::proxy
