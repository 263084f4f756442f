// One request to an endpoint and its response, whatever protocol carries them: http1::UpstreamStream and
// fastcgi::UpstreamStream have a connection to themselves, http2::UpstreamStream is one of many on a connection. What
// forwards a request knows only this.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <span>

#include "proxy/body.hpp"
#include "proxy/http/message.hpp"
#include "proxy/io/buffer_pool.hpp"
#include "proxy/io/connection.hpp"
#include "proxy/io/source.hpp"
#include "proxy/upstream_request.hpp"

namespace fairway::proxy {

/// What came of looking for the response head.
enum class HeadStatus : std::uint8_t {
    complete,
    need_input,  ///< wait for the endpoint, and ask again
    invalid,     ///< not a response as RFC 9112, RFC 9113 or RFC 3875 have it, or larger than the limit
    closed,      ///< the endpoint closed or reset before the head was complete
};

class UpstreamStream {
public:
    virtual ~UpstreamStream() = default;

    virtual const SocketAddress& endpoint() const noexcept = 0;
    /// True when the connection had carried a request before: it may have been closed meanwhile.
    virtual bool reused() const noexcept = 0;
    /// True once a single byte of a response arrived.
    virtual bool response_seen() const noexcept = 0;
    /// The endpoint has said that it did nothing for this request (RFC 9113 section 8.7: REFUSED_STREAM, or a GOAWAY
    /// that leaves it out): it may be sent again, whatever its method.
    virtual bool refused() const noexcept = 0;
    /// The response head may be a 101, after which both bodies are the raw bytes of a tunnel.
    virtual bool can_upgrade() const noexcept = 0;

    // The request. One of these at a time; each may wait, `timeout` is between two writes.

    /// The head, and the first bytes of the body with it. `last`: the request is complete with them.
    virtual io::Task<io::IoResult> send_request(const UpstreamRequest& request, std::span<const iovec> body, bool last,
                                                std::chrono::milliseconds timeout) = 0;
    /// More of the body. With `last`, `trailers` (never null then) end the request; in a tunnel, our side of it.
    virtual io::Task<io::IoResult> send_body(std::span<const iovec> body, bool last, const FieldList* trailers,
                                             std::chrono::milliseconds timeout) = 0;
    /// The request cannot be completed: ends a send that waits (`cancelled`), and when the stream is abandoned the
    /// endpoint sees that the request was cut.
    virtual void cut_request() noexcept = 0;

    // The response. Nothing here waits: after `need_input` the caller awaits UpstreamInput.

    /// The next response head, also an interim one; views into it live until the stream ends or parses another.
    virtual HeadStatus poll_head(Method request_method, ResponseHead& head) = 0;
    /// The final head was found: what follows is its body, or a tunnel.
    virtual void begin_body(const ResponseHead& head) = 0;
    virtual BodyPieces poll_body() = 0;
    /// Of the response, once its body has ended; valid like the pieces of a body.
    virtual const FieldList& trailers() const noexcept = 0;
    /// Keeps what `head`'s views point at beyond the end of the body, for the access log.
    virtual io::Buffer keep_response_head() = 0;

    /// True when a poll may find more than the last one did.
    virtual bool has_input() const noexcept = 0;
    /// Wakes `waiter` when has_input() becomes true (`ready`), or after `timeout`. One waiter at a time.
    virtual void wait_input(io::Waiter& waiter, std::chrono::milliseconds timeout) = 0;
    virtual void stop_waiting() noexcept = 0;
    /// Wakes the waiter with `cancelled`.
    virtual void cancel_wait() = 0;

    // The end; exactly one of the two, once.

    /// The exchange is over, request and response: the connection is kept for others when it can be.
    virtual void finish() = 0;
    /// Gives up: the connection is closed (HTTP/1), or the stream is reset (HTTP/2).
    virtual void abandon() noexcept = 0;
};

/// `const io::Wake why = co_await UpstreamInput(stream, client_hangup, timeout);` Waits until the stream can be polled
/// again (`ready`), the client gives up (`hangup`), or too much time has passed.
class UpstreamInput final : public io::Waiter {
public:
    UpstreamInput(UpstreamStream& stream, io::Hangup& client, std::chrono::milliseconds timeout)
        : stream_(stream), client_(client), timeout_(timeout) {}

    bool await_ready() noexcept {
        if (stream_.has_input()) return true;
        if (client_.happened()) reason_ = io::Wake::hangup;
        return client_.happened();
    }
    void await_suspend(std::coroutine_handle<> handle) {
        awaiting_ = handle;
        stream_.wait_input(*this, timeout_);
        client_.watch(*this);
    }
    io::Wake await_resume() const noexcept { return reason_; }
    void wake(io::Wake why) override {
        stream_.stop_waiting();
        client_.stop_watching();
        reason_ = why;
        awaiting_.resume();
    }

private:
    UpstreamStream& stream_;
    io::Hangup& client_;
    std::chrono::milliseconds timeout_;
    io::Wake reason_ = io::Wake::ready;
    std::coroutine_handle<> awaiting_;
};

}  // namespace fairway::proxy
