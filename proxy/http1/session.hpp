// An HTTP/1 downstream connection from accept to close: TLS handshake, request after request, lingering close.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "proxy/downstream_stream.hpp"
#include "proxy/exchange.hpp"
#include "proxy/http1/body_reader.hpp"
#include "proxy/worker_context.hpp"

namespace fairway::proxy::http1 {

/// Owned by its worker. While idle it holds no buffer and no Exchange.
class Session final : public DownstreamStream, public io::ListHook {
public:
    /// @param on_end  called once, when serving is over; the worker destroys the session afterwards, not inside the call.
    Session(WorkerContext& worker, int fd, ConnectionFacts facts, std::function<void(Session&)> on_end);
    ~Session() override;

    void start();
    /// Closes the connection if it waits for a request; else its response will say Connection: close.
    void drain();

private:
    enum class State : std::uint8_t { reading, writing, waiting };

    // serve.cpp: the life of the connection
    io::Task<void> run();
    io::Task<void> serve();
    io::Task<bool> tls_handshake();
    io::Task<void> refuse_plain_http();
    io::Task<bool> await_request();
    io::Task<HeadError> read_head();
    bool make_room();
    io::Task<bool> serve_request();
    io::Task<void> refuse(HeadError error);
    io::Task<void> linger();
    void begin_exchange();
    void end_exchange();
    void write_record();
    void set_state(State state);
    const routing::DownstreamSettings& settings() const noexcept { return exchange_->snapshot->settings->downstream; }

    // stream.cpp: DownstreamStream
    const RequestHead& head() const override { return exchange_->request; }
    const ConnectionFacts& connection_facts() const override { return facts_; }
    io::Hangup& hangup() override { return connection_.source().hangup(); }
    void limit_body(std::uint64_t max_bytes) override { max_body_bytes_ = max_bytes; }
    BodyPieces poll_body() override;
    io::Task<BodyPieces> read_body(std::chrono::milliseconds timeout) override;
    void cancel_read_body() override { connection_.source().cancel_reader(); }
    bool body_complete() const override { return body_.complete(); }
    const FieldList& request_trailers() const override { return body_.trailers(); }
    io::Task<io::IoResult> send_interim(const ResponseHead& interim) override;
    void begin_response(const ResponseStart& start) override;
    io::Task<io::IoResult> send_body(std::span<const iovec> pieces, bool last, const FieldList* trailers) override;
    bool response_begun() const override { return response_begun_; }
    void fail_response() override;
    bool may_keep_alive(const ResponseStart& start);
    bool discard_body_at_hand();
    bool send_continue();

    WorkerContext& worker_;
    io::Connection connection_;
    ConnectionFacts facts_;
    std::function<void(Session&)> on_end_;
    InputWindow input_;
    std::unique_ptr<Exchange> exchange_;  // while a request is read or served
    BodyReader body_;
    io::Task<void> root_;
    std::optional<State> state_;
    std::uint32_t requests_ = 0;
    std::uint64_t max_body_bytes_ = 0;
    std::uint64_t response_body_left_ = 0;  // of an announced Content-Length
    Framing response_framing_ = Framing::none;
    bool response_begun_ = false;
    bool response_complete_ = false;
    bool response_head_sent_ = false;
    bool keep_alive_ = false;
    bool continue_sent_ = false;
    bool tunnel_ = false;
    bool broken_ = false;  // no lingering: nothing more can or should be sent
};

}  // namespace fairway::proxy::http1
