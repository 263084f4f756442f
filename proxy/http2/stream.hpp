// One HTTP/2 request and its response, as the rest of the proxy sees them (DownstreamStream).
#pragma once

#include <memory>

#include "proxy/downstream_stream.hpp"
#include "proxy/exchange.hpp"
#include "proxy/http1/head_parser.hpp"
#include "proxy/http2/outgoing_body.hpp"
#include "proxy/http2/received_body.hpp"
#include "proxy/http2/received_trailers.hpp"
#include "proxy/http2/stream_waits.hpp"

namespace fairway::proxy::http2 {

class Session;

/// Owned by its session. Callbacks of nghttp2 only note what happened (received(), ended(), closed()); the session then
/// calls deliver(), which lets the request go on.
class Stream final : public DownstreamStream, public io::ListHook {
public:
    Stream(Session& session, std::int32_t id);
    ~Stream() override;

    std::int32_t id() const noexcept { return id_; }
    bool finished() const noexcept { return finished_; }

    // What nghttp2 tells.
    /// The head is complete: in exchange(), or refused with `error`.
    void begin(http1::HeadError error, bool end_stream);
    void received(std::string_view data);
    ReceivedTrailers& received_trailers() noexcept { return trailers_; }
    void ended();
    void closed() noexcept;
    /// Bytes that the next DATA frame may take. @return nghttp2's convention: a length, or NGHTTP2_ERR_DEFERRED.
    std::ptrdiff_t next_data(std::size_t room, std::uint32_t& flags);
    /// Queues that many bytes of the body behind a frame header.
    void queue_data(std::size_t size);
    void frame_sent(std::size_t bytes) noexcept;
    /// A head that ends the stream has been framed.
    void ended_by_head() noexcept { out_.head_framed(); }

    // What the session does outside of callbacks.
    void deliver();
    /// Bytes up to this position of the output have left.
    void output_sent(std::uint64_t position);
    Exchange& exchange() noexcept { return *exchange_; }

    // DownstreamStream
    const RequestHead& head() const override { return exchange_->request; }
    const ConnectionFacts& connection_facts() const override;
    IpAddress local_ip() const override;
    io::Hangup& hangup() override { return hangup_; }
    void limit_body(std::uint64_t max_bytes) override { max_body_bytes_ = max_bytes; }
    BodyPieces poll_body() override;
    io::Task<BodyPieces> read_body(std::chrono::milliseconds timeout) override;
    void cancel_read_body() override { waits_.wake(StreamWaits::For::input, io::Wake::cancelled); }
    bool body_complete() const override;
    const FieldList& request_trailers() const override { return trailers_.fields(); }
    io::Task<io::IoResult> send_interim(const ResponseHead& interim) override;
    void begin_response(const ResponseStart& start) override;
    io::Task<io::IoResult> send_body(std::span<const iovec> pieces, bool last, const FieldList* trailers) override;
    bool response_begun() const override { return response_begun_; }
    void fail_response() override;

private:
    io::Task<void> run(http1::HeadError error);
    io::Task<io::IoResult> wait_sent(std::size_t bytes);
    void finish();
    void give_back_lent();
    void give_back_untaken();
    bool awaits_tunnel() const noexcept;

    Session& session_;
    const std::int32_t id_;
    std::unique_ptr<Exchange> exchange_;
    io::Task<void> root_;
    io::Hangup hangup_;
    StreamWaits waits_;
    std::chrono::milliseconds write_timeout_{};
    ReceivedBody body_;
    std::uint64_t max_body_bytes_ = 0;
    ReceivedTrailers trailers_;
    OutgoingBody out_;

    bool started_ = false;
    bool request_ended_ = false;
    bool closed_ = false;
    bool hangup_told_ = false;
    bool data_arrived_ = false;
    bool continue_sent_ = false;
    bool response_begun_ = false;
    bool response_has_body_ = false;
    bool response_complete_ = false;
    bool tunnel_ = false;
    bool finished_ = false;
    http1::HeadError head_error_ = http1::HeadError::none;
};

}  // namespace fairway::proxy::http2
