#include "proxy/http2/stream.hpp"

#include "base/log.hpp"
#include "proxy/handle_request.hpp"
#include "proxy/http2/session.hpp"

namespace fairway::proxy::http2 {

namespace {

using For = StreamWaits::For;

}  // namespace

Stream::Stream(Session& session, std::int32_t id)
    : session_(session),
      id_(id),
      exchange_(session.worker().take_exchange()),
      waits_(session.worker().reactor),
      body_(session.worker().buffers),
      out_(session, id) {
    exchange_->snapshot = session.worker().snapshot;
    exchange_->record.connection = &session.facts();
    exchange_->record.connection_requests = session.next_request_number();
    exchange_->record.started = session.worker().reactor.now();
}

Stream::~Stream() {
    root_ = io::Task<void>{};  // frames first: they refer to the exchange
    if (exchange_) session_.worker().give_back(std::move(exchange_));
}

const ConnectionFacts& Stream::connection_facts() const { return session_.facts(); }

IpAddress Stream::local_ip() const { return session_.local_ip(); }

// --- What nghttp2 tells ---

void Stream::begin(http1::HeadError error, bool end_stream) {
    head_error_ = error;
    request_ended_ = end_stream;
    session_.touch(*this);
}

void Stream::received(std::string_view data) {
    body_.append(data);
    data_arrived_ = true;
    session_.touch(*this);
}

void Stream::ended() {
    request_ended_ = true;
    data_arrived_ = true;
    session_.touch(*this);
}

void Stream::closed() noexcept {
    closed_ = true;
    session_.touch(*this);
}

std::ptrdiff_t Stream::next_data(std::size_t room, std::uint32_t& flags) { return out_.next_frame(room, flags); }

void Stream::queue_data(std::size_t size) {
    if (exchange_) exchange_->record.body_bytes_sent += size;
    out_.queue(size);
    waits_.extend(For::output, write_timeout_);
}

void Stream::frame_sent(std::size_t bytes) noexcept {
    if (exchange_) exchange_->record.bytes_sent += bytes;
}

// --- What the session does outside of callbacks ---

void Stream::deliver() {
    if (!started_) {
        started_ = true;
        // Reset before anything was done for it: nothing will be.
        if (closed_) finished_ = true;
        if (finished_) return;
        root_ = run(head_error_);
        root_.start();
    }
    if (finished_) return;
    if (std::exchange(data_arrived_, false)) waits_.wake(For::input, io::Wake::ready);
    if (!closed_ || std::exchange(hangup_told_, true)) return;
    waits_.wake(For::input, io::Wake::cancelled);
    waits_.wake(For::output, io::Wake::cancelled);
    hangup_.fire();
}

void Stream::output_sent(std::uint64_t position) {
    if (waits_.waits(For::output) && out_.sent(position)) waits_.wake(For::output, io::Wake::ready);
}

io::Task<void> Stream::run(http1::HeadError error) {
    ++session_.worker().counters.requests;
    try {
        if (error == http1::HeadError::none) {
            exchange_->record.request = &exchange_->request;
            co_await handle_request(session_.worker(), *this, *exchange_);
        } else {
            ++session_.worker().counters.bad_requests;
            const OwnAnswer refused{.status = status_of(error)};
            co_await send_own_answer(*this, *exchange_, refused);
        }
    } catch (const std::exception& failure) {
        log::error("stream.failed", {{"client", session_.facts().peer_text}, {"reason", failure.what()}});
        fail_response();
    }
    finish();
}

void Stream::finish() {
    RequestRecord& record = exchange_->record;
    record.took = io::Reactor::exact_now() - record.started;
    record.request_bytes += body_.received();
    session_.worker().finish_request(*exchange_);
    session_.worker().give_back(std::move(exchange_));
    give_back_untaken();
    // RFC 9113 section 8.1: after a whole response the rest of the request is not wanted, which is no error.
    if (response_complete_ && !request_ended_ && !closed_) session_.reset_stream(id_, NGHTTP2_NO_ERROR);
    finished_ = true;
    session_.touch(*this);
}

// --- DownstreamStream ---

// What the reader is done with makes room in the windows of stream and connection.
void Stream::give_back_lent() {
    const std::size_t bytes = body_.take_back();
    if (bytes == 0) return;
    nghttp2_session_consume(session_.h2(), id_, bytes);
    session_.gather_later();
}

// Nobody reads the rest of the body, so it must not take from the connection's window any longer.
void Stream::give_back_untaken() {
    nghttp2_session_consume_connection(session_.h2(), body_.clear());
    session_.gather_later();
}

// RFC 8441 section 5: DATA of an extended CONNECT is no request body, but the tunnel's once the endpoint has agreed.
bool Stream::awaits_tunnel() const noexcept { return !head().websocket_key.empty() && !tunnel_; }

bool Stream::body_complete() const { return awaits_tunnel() || (request_ended_ && body_.all_lent()); }

BodyPieces Stream::poll_body() {
    give_back_lent();
    if (awaits_tunnel()) return {BodyStatus::end, {}, 0, true};
    if (max_body_bytes_ != 0 && body_.received() > max_body_bytes_) return {BodyStatus::too_large};
    if (!body_.empty()) return body_.lend(request_ended_);
    if (request_ended_) return {BodyStatus::end, {}, 0, true};
    return {closed_ ? BodyStatus::truncated : BodyStatus::need_input};
}

io::Task<BodyPieces> Stream::read_body(std::chrono::milliseconds timeout) {
    for (;;) {
        const BodyPieces body = poll_body();
        if (body.status != BodyStatus::need_input) co_return body;
        if (head().expect_continue && !continue_sent_ && !response_begun_) {
            continue_sent_ = true;
            ResponseHead go_on;
            go_on.status = 100;
            co_await send_interim(go_on);
        }
        const io::Wake why = co_await waits_.next(For::input, timeout);
        if (why == io::Wake::timeout) co_return BodyPieces{BodyStatus::timeout};
        if (why != io::Wake::ready) co_return BodyPieces{BodyStatus::truncated};
    }
}

io::Task<io::IoResult> Stream::send_interim(const ResponseHead& interim) {
    if (closed_) co_return io::IoResult{io::IoStatus::error, 0};
    FieldBlock& block = session_.field_block();
    block.set_interim(interim.status, interim.fields, {.settings = *exchange_->snapshot->settings});
    nghttp2_submit_headers(session_.h2(), NGHTTP2_FLAG_NONE, id_, nullptr, block.data(), block.size(), nullptr);
    session_.gather_later();
    co_return io::IoResult{};
}

void Stream::begin_response(const ResponseStart& start) {
    response_begun_ = true;
    exchange_->record.status = start.status;
    tunnel_ = start.status == 101;
    if (tunnel_) max_body_bytes_ = 0;
    response_has_body_ = tunnel_ || (start.framing != Framing::none && head().method != Method::head);
    const ResponseFieldRules rules{.settings = *exchange_->snapshot->settings,
                                   .edits = &exchange_->response_edits,
                                   .date = session_.worker().date(),
                                   .tls = session_.facts().tls,
                                   .trailers_follow = response_has_body_};
    FieldBlock& block = session_.field_block();
    block.set_response(start, rules);
    session_.submit_response(*this, block, response_has_body_);
}

io::Task<io::IoResult> Stream::send_body(std::span<const iovec> pieces, bool last, const FieldList* trailers) {
    if (closed_) co_return io::IoResult{io::IoStatus::error, 0};
    std::size_t bytes = 0;
    for (const iovec& piece : pieces) bytes += piece.iov_len;
    session_.gather_later();
    write_timeout_ = exchange_->snapshot->settings->downstream.send_timeout;
    if (!response_has_body_ || (bytes == 0 && !last)) {  // END_STREAM goes with the head, or only the head is to go
        response_complete_ = response_complete_ || last;
        if (!last || request_ended_) co_return io::IoResult{};
        // finish() will decline the rest of the request, which would take back a head that is not framed yet.
        out_.begin_head();
        co_return co_await wait_sent(0);
    }
    out_.begin(pieces, last, trailers);
    nghttp2_session_resume_data(session_.h2(), id_);
    const auto sent = co_await wait_sent(bytes);
    if (sent.status == io::IoStatus::ok) response_complete_ = last;
    co_return sent;
}

io::Task<io::IoResult> Stream::wait_sent(std::size_t bytes) {
    const io::Wake why = co_await waits_.next(For::output, write_timeout_);
    if (why == io::Wake::ready) co_return io::IoResult{io::IoStatus::ok, bytes};
    out_.stop();  // the bytes are about to go
    co_return io::IoResult{why == io::Wake::timeout ? io::IoStatus::timeout : io::IoStatus::error, 0};
}

void Stream::fail_response() {
    if (closed_ || (response_complete_ && !tunnel_)) return;
    // RFC 8441 section 5: CANCEL stands for a reset of the tunnel.
    session_.reset_stream(id_, tunnel_ ? NGHTTP2_CANCEL : NGHTTP2_INTERNAL_ERROR);
}

}  // namespace fairway::proxy::http2
