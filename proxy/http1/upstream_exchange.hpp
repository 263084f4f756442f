// One request and its response on an HTTP/1 connection to an endpoint.
#pragma once

#include <memory>

#include "proxy/http1/body_reader.hpp"
#include "proxy/upstream/upstream_pool.hpp"

namespace fairway::proxy::http1 {

/// What came of looking for the response head.
enum class HeadStatus : std::uint8_t {
    complete,
    need_input,  ///< wait for the connection, and ask again
    invalid,     ///< not an HTTP/1 response as RFC 9112 has it, or larger than the limit
    closed,      ///< the endpoint closed or reset before the head was complete
};

class UpstreamExchange {
public:
    UpstreamExchange(io::BufferPool& buffers, const HeadLimits& limits) : buffers_(buffers), limits_(limits) {}

    void begin(std::unique_ptr<UpstreamConnection> connection, bool reused);
    /// Drops the connection and what was read from it.
    void abandon() noexcept;
    /// The connection when it can carry another request: response complete, nothing behind it, and both sides willing.
    std::unique_ptr<UpstreamConnection> finish() noexcept;

    io::Connection& connection() noexcept { return connection_->connection; }
    bool active() const noexcept { return connection_ != nullptr; }
    const SocketAddress& endpoint() const noexcept { return connection_->address; }
    /// True when the connection had carried a request before: it may have been closed meanwhile.
    bool reused() const noexcept { return reused_; }
    /// True once a single byte of a response arrived.
    bool response_seen() const noexcept { return response_seen_; }

    /// False when the endpoint has closed a kept connection already. One system call; for requests that cannot be repeated.
    bool still_open() noexcept;

    /// Looks for the next response head, also an interim one. Never waits.
    HeadStatus poll_head(Method request_method, ResponseHead& head);
    /// Begins the body of the final response `head`.
    void begin_body(const ResponseHead& head);
    BodyPieces poll_body() { return body_.poll(); }
    const BodyReader& body() const noexcept { return body_; }
    InputWindow& window() noexcept { return window_; }

private:
    io::BufferPool& buffers_;
    HeadLimits limits_;
    std::unique_ptr<UpstreamConnection> connection_;
    bool reused_ = false;
    bool response_seen_ = false;
    bool keep_alive_ = false;
    InputWindow window_;
    std::size_t head_scanned_ = 0;
    BodyReader body_;
};

}  // namespace fairway::proxy::http1
