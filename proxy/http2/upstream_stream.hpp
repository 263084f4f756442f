// One request to an endpoint and its response, as one stream of a connection that others use as well.
#pragma once

#include <vector>

#include "proxy/failure.hpp"
#include "proxy/http2/outgoing_body.hpp"
#include "proxy/http2/received_body.hpp"
#include "proxy/http2/received_trailers.hpp"
#include "proxy/http2/response_assembler.hpp"
#include "proxy/http2/stream_waits.hpp"
#include "proxy/upstream/upstream_stream.hpp"

namespace fairway::proxy::http2 {

class UpstreamSession;

/// Owned by whoever forwards the request, and listed by its session until the end of the exchange. Callbacks of nghttp2
/// only note what happened; the session then calls deliver(), which lets the request go on.
class UpstreamStream final : public proxy::UpstreamStream, public io::ListHook {
public:
    /// Takes a place on the connection, which may still be opening.
    explicit UpstreamStream(UpstreamSession& session);
    ~UpstreamStream() override;
    UpstreamStream(const UpstreamStream&) = delete;
    UpstreamStream& operator=(const UpstreamStream&) = delete;
    static void* operator new(std::size_t size) { return io::allocate_frame(size); }
    static void operator delete(void* memory, std::size_t size) noexcept { io::free_frame(memory, size); }

    /// Waits until the connection is open, or why it is not.
    io::Task<Failure> wait_for_connection(std::chrono::milliseconds timeout);

    // What nghttp2 tells.
    bool final_head_arrived() const noexcept { return final_head_arrived_; }
    std::size_t max_head_bytes() const noexcept { return max_head_bytes_; }
    void received_head(ResponseText text, bool interim);
    void received(std::string_view data);
    ReceivedTrailers& received_trailers() noexcept { return trailers_; }
    void ended();
    /// What arrived is not HTTP/2.
    void invalid() noexcept;
    /// The request never left.
    void not_sent() noexcept;
    void closed(std::uint32_t error_code) noexcept;
    std::ptrdiff_t next_data(std::size_t room, std::uint32_t& flags) { return out_.next_frame(room, flags); }
    void queue_data(std::size_t size);

    // What the session does outside of callbacks.
    void connection_opened();
    /// Bytes up to this position of the output have left.
    void output_sent(std::uint64_t position);
    /// Wakes who waits for the response. May end this object.
    void deliver_input();
    /// Wakes who sends the request. May end this object.
    void deliver_output();
    bool touched = false;  ///< is in the session's list of those that something happened to

    // proxy::UpstreamStream
    const SocketAddress& endpoint() const noexcept override { return endpoint_; }
    bool reused() const noexcept override { return reused_; }
    bool response_seen() const noexcept override { return response_seen_; }
    bool refused() const noexcept override { return refused_ && !response_seen_; }
    bool can_upgrade() const noexcept override { return false; }
    io::Task<io::IoResult> send_request(const UpstreamRequest& request, std::span<const iovec> body, bool last,
                                        std::chrono::milliseconds timeout) override;
    io::Task<io::IoResult> send_body(std::span<const iovec> body, bool last, const FieldList* trailers,
                                     std::chrono::milliseconds timeout) override;
    void cut_request() noexcept override;
    HeadStatus poll_head(Method request_method, ResponseHead& head) override;
    void begin_body(const ResponseHead&) override {}
    BodyPieces poll_body() override;
    const FieldList& trailers() const noexcept override { return trailers_.fields(); }
    io::Buffer keep_response_head() override { return std::move(head_.buffer); }
    bool has_input() const noexcept override { return has_input_; }
    void wait_input(io::Waiter& waiter, std::chrono::milliseconds timeout) override {
        waits_.wait(StreamWaits::For::input, waiter, timeout);
    }
    void stop_waiting() noexcept override { waits_.stop(StreamWaits::For::input); }
    void cancel_wait() override { waits_.wake(StreamWaits::For::input, io::Wake::cancelled); }
    void finish() override { leave(); }
    void abandon() noexcept override { leave(); }

private:
    void leave() noexcept;
    void touch() noexcept;
    void note_input() noexcept;

    UpstreamSession* session_;  ///< null once the exchange is over
    const SocketAddress endpoint_;
    const bool reused_;
    std::int32_t id_ = 0;  ///< 0: the request was not given to nghttp2
    StreamWaits waits_;
    std::chrono::milliseconds write_timeout_{};
    OutgoingBody out_;
    std::size_t max_head_bytes_ = 0;
    std::vector<ResponseText> heads_;  // that nobody has polled, the oldest first
    ResponseText head_;                // the one that was polled last
    ReceivedBody body_;
    ReceivedTrailers trailers_;
    bool final_head_arrived_ = false;
    bool has_input_ = false;
    bool response_seen_ = false;
    bool ended_ = false;
    bool invalid_ = false;
    bool refused_ = false;
    bool closed_ = false;
    bool cut_ = false;
    bool output_ready_ = false;
};

}  // namespace fairway::proxy::http2
