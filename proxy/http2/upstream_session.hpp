// A connection to an endpoint that carries many requests at a time (RFC 9113), over nghttp2.
#pragma once

#include "proxy/http2/frame_connection.hpp"
#include "proxy/http2/liveness.hpp"
#include "proxy/http2/response_assembler.hpp"
#include "proxy/http2/upstream_stream.hpp"
#include "proxy/upstream/connect.hpp"
#include "routing/policy/upstream_policy.hpp"

namespace fairway::proxy::http2 {

class SessionPool;

/// Owned by its pool. Opens the connection, reads, and ends by itself: when the endpoint does, when it has been idle for
/// long enough, or when it is worn out and its last stream is over.
class UpstreamSession final : public FrameConnection {
public:
    UpstreamSession(SessionPool& pool, WorkerContext& worker, const ConnectionKey& key,
                    const routing::UpstreamKeepalive& limits);
    ~UpstreamSession();
    UpstreamSession(const UpstreamSession&) = delete;
    UpstreamSession& operator=(const UpstreamSession&) = delete;

    /// Begins to connect. May fail at once; see failure().
    void start(const UpstreamTarget& target, const routing::UpstreamTimeouts& timeouts);

    const ConnectionKey& key() const noexcept { return key_; }
    const SocketAddress& endpoint() const noexcept { return key_.address; }
    /// The connection is there, and takes requests as long as has_room().
    bool opened() const noexcept { return opened_; }
    /// Why it could not be opened.
    Failure failure() const noexcept { return failure_; }
    /// Another stream may be added: the endpoint allows it, and the connection is not about to end.
    bool has_room() const noexcept;
    bool has_streams() const noexcept { return streams_.linked(); }
    /// Limits of the newest configuration that a request came with.
    void set_limits(const routing::UpstreamKeepalive& limits) noexcept { limits_ = limits; }
    /// How many streams the endpoint is thought to take as long as it has not said so.
    void assume_streams(std::uint32_t streams) noexcept { assumed_streams_ = streams; }
    /// Says goodbye and ends; no stream must be open.
    void close();

    // For its streams:
    void add(UpstreamStream& stream);
    /// @param stream_id  0: it sent no request.
    void remove(UpstreamStream& stream, std::int32_t stream_id, bool reset) noexcept;
    /// deliver() is called on the stream once nghttp2 has returned.
    void touch(UpstreamStream& stream);
    /// @return the stream's number, or 0 when the connection takes no request.
    std::int32_t submit(UpstreamStream& stream, const UpstreamRequest& request, bool body_follows);
    void resume(std::int32_t stream);
    /// The client has taken so many bytes of a response body.
    void consumed(std::int32_t stream, std::size_t bytes);

    // For the callbacks of nghttp2:
    UpstreamStream* find(std::int32_t stream) const noexcept;
    void begin_headers(const nghttp2_frame& frame);
    void add_header(const nghttp2_frame& frame, std::string_view name, std::string_view value);
    void frame_received(const nghttp2_frame& frame);
    void data_received(std::int32_t stream, std::string_view data);
    void stream_closed(std::int32_t stream, std::uint32_t error_code);

private:
    friend class SessionPool;
    struct IdleHook final : io::ListHook {
        explicit IdleHook(UpstreamSession& session) : owner(session) {}
        UpstreamSession& owner;
    };

    enum class Input : std::uint8_t { drained, more, ended };

    io::Task<void> run(UpstreamTarget target, routing::UpstreamTimeouts timeouts);
    io::Task<void> serve();
    void begin(std::chrono::milliseconds send_timeout);
    Input read_some();
    void head_received(const nghttp2_frame& frame);
    void settings_received();
    void flushed() override;
    void calmed() override;
    void deliver();
    void look_at_the_time();
    void close_streams();
    bool is_worn_out() const noexcept;
    std::chrono::milliseconds time_to_wait();

    SessionPool& pool_;
    const ConnectionKey key_;
    routing::UpstreamKeepalive limits_;
    std::unique_ptr<UpstreamConnection> connection_;
    ResponseAssembler assembler_;
    OutBuffer scratch_;
    Liveness liveness_;
    io::ListHook streams_;
    std::vector<UpstreamStream*> touched_;
    UpstreamStream* delivering_ = nullptr;  // null when that ended while it was told
    IdleHook idle_{*this};                  // listed by the pool while there are no streams
    io::TimePoint idle_since_{};
    std::size_t places_taken_ = 0;  // streams that count for the endpoint, also those that nobody waits for any more
    std::uint32_t requests_ = 0;
    std::uint32_t assumed_streams_ = 0;
    Failure failure_ = Failure::none;
    bool opened_ = false;
    bool closing_ = false;
    bool settings_arrived_ = false;
    io::Task<void> root_;
};

}  // namespace fairway::proxy::http2
