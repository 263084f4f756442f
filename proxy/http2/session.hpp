// HTTP/2 on a downstream connection (RFC 9113), over nghttp2: frames in, streams served concurrently, frames out.
#pragma once

#include <nghttp2/nghttp2.h>

#include <functional>
#include <memory>

#include "proxy/downstream_connection.hpp"
#include "proxy/http2/closed_streams.hpp"
#include "proxy/http2/frame_connection.hpp"
#include "proxy/http2/frame_scanner.hpp"
#include "proxy/http2/request_assembler.hpp"
#include "proxy/http2/stream.hpp"
#include "proxy/io/local_ip.hpp"

namespace fairway::proxy::http2 {

enum class SessionEnd : std::uint8_t {
    closed,  ///< the client is gone, or the connection broke
    linger,  ///< we said goodbye: what we sent must not be lost in the close
};

/// While no stream is open it holds no buffer.
class Session final : public FrameConnection {
public:
    explicit Session(DownstreamConnection& connection);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// @param first_bytes  what was read from the connection already.
    io::Task<SessionEnd> serve(std::string_view first_bytes);
    /// Tells the client to open no more streams (GOAWAY); the connection ends with the last open one.
    void drain();

    // For its streams and the callbacks of nghttp2:
    const ConnectionFacts& facts() const noexcept { return connection_.facts; }
    IpAddress local_ip() const noexcept { return io::local_ip(connection_.io.source().fd()); }
    std::uint64_t next_request_number() noexcept { return ++requests_; }
    /// deliver() is to be called on the stream once nghttp2 has returned.
    void touch(Stream& stream);
    void submit_response(Stream& stream, const FieldBlock& block, bool has_body);
    /// RST_STREAM from us.
    void reset_stream(std::int32_t id, std::uint32_t error_code);

    void headers_frame_begins(std::int32_t stream);
    void begin_headers(const nghttp2_frame& frame);
    void add_header(const nghttp2_frame& frame, std::string_view name, std::string_view value);
    void frame_received(const nghttp2_frame& frame);
    void data_received(std::int32_t stream, std::string_view data);
    void stream_closed(std::int32_t stream);

private:
    struct TrimTimer final : io::DeadlineNode {
        explicit TrimTimer(Session& session) : owner(session) {}
        io::TimePoint on_deadline(io::TimePoint now) override { return owner.trim_if_idle(now); }
        Session& owner;
    };

    void submit_settings();
    void receive(std::string_view bytes);
    void feed(std::string_view bytes);
    bool is_over_for_client(std::int32_t stream) const noexcept;
    bool read_all();
    void headers_complete(const nghttp2_frame& frame);
    void refuse(Stream& stream, http1::HeadError error, bool end_stream);
    void flushed() override;
    void calmed() override;
    void deliver();
    void reap();
    void abandon_streams();
    void say_last_goodbye();
    std::chrono::milliseconds time_to_wait() const;
    bool is_idle_for_too_long() const;
    io::TimePoint trim_if_idle(io::TimePoint now);
    Stream* find(std::int32_t id) const noexcept;
    const routing::DownstreamSettings& settings() const noexcept { return snapshot_->settings->downstream; }

    DownstreamConnection& connection_;
    SnapshotRef snapshot_;  ///< whose settings the connection began with
    RequestAssembler assembler_;
    FrameScanner scanner_;
    ClosedStreams closed_streams_;
    io::ListHook streams_;
    std::vector<Stream*> touched_;
    io::TimePoint idle_since_{};  ///< when the last stream ended, or a header block began that is not complete
    TrimTimer trim_timer_{*this};
    io::TimePoint drain_deadline_ = io::kNever;
    std::uint64_t requests_ = 0;
    bool in_header_block_ = false;
    bool draining_ = false;
    bool said_goodbye_ = false;
    io::Waiter* last_stream_waiter_ = nullptr;
};

}  // namespace fairway::proxy::http2
