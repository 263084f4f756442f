// HTTP/1 on a downstream connection: request after request, then a lingering close.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "proxy/downstream_connection.hpp"
#include "proxy/downstream_stream.hpp"
#include "proxy/exchange.hpp"
#include "proxy/http1/body_reader.hpp"
#include "proxy/io/local_ip.hpp"

namespace fairway::proxy::http1 {

enum class SessionEnd : std::uint8_t {
    over,   ///< the connection is to be closed
    http2,  ///< the client speaks HTTP/2 without asking (RFC 9113 section 3.3): take_input() has what it sent
};

/// While idle it holds no buffer and no Exchange.
class Session final : public DownstreamStream {
public:
    explicit Session(DownstreamConnection& connection)
        : connection_(connection.io), downstream_(connection), worker_(connection.worker) {}
    ~Session() override;

    io::Task<SessionEnd> serve();
    InputWindow take_input() noexcept { return std::move(input_); }
    /// Ends serve() if it waits for a request.
    void end_if_idle();

private:
    // session.cpp: the life of the connection
    std::optional<std::chrono::milliseconds> begin_wait();
    io::Task<HeadError> read_head();
    io::Task<HeadError> wait_for_head(std::size_t scanned);
    std::optional<HeadError> read_head_at_hand(std::size_t& scanned);
    HeadError head_complete(std::size_t bytes);
    bool make_room();
    enum class Preface : std::uint8_t { none, begun, complete };
    Preface http2_preface() const noexcept;
    io::Task<bool> serve_request();
    io::Task<void> refuse(HeadError error);
    void begin_exchange();
    void end_exchange();
    void write_record();
    const routing::DownstreamSettings& settings() const noexcept { return exchange_->snapshot->settings->downstream; }

    // stream.cpp: DownstreamStream
    const RequestHead& head() const override { return exchange_->request; }
    const ConnectionFacts& connection_facts() const override { return downstream_.facts; }
    IpAddress local_ip() const override { return io::local_ip(connection_.source().fd()); }
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
    using Pieces = std::array<iovec, 18>;  // a body comes in at most 16
    io::Task<io::IoResult> send_rest(Pieces pieces, std::size_t count, std::size_t written, std::size_t head_bytes,
                                     bool last);
    io::IoResult sent_body(const io::IoResult& sent, std::size_t head_bytes, bool last);
    bool response_begun() const override { return response_begun_; }
    void fail_response() override;
    bool may_keep_alive(const ResponseStart& start);
    bool discard_body_at_hand();
    bool send_continue();

    io::Connection& connection_;
    DownstreamConnection& downstream_;
    WorkerContext& worker_;
    InputWindow input_;
    std::unique_ptr<Exchange> exchange_;  // while a request is read or served
    BodyReader body_;
    std::uint32_t requests_ = 0;
    std::uint64_t max_body_bytes_ = 0;
    Framing response_framing_ = Framing::none;
    bool response_begun_ = false;
    bool response_complete_ = false;
    bool response_head_sent_ = false;
    bool keep_alive_ = false;
    bool continue_sent_ = false;
    bool tunnel_ = false;
    bool broken_ = false;  // no lingering: nothing more can or should be sent
    bool http2_preface_ = false;
};

}  // namespace fairway::proxy::http1
