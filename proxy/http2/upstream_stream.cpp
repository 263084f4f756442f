#include "proxy/http2/upstream_stream.hpp"

#include "proxy/http2/upstream_session.hpp"

namespace fairway::proxy::http2 {

namespace {

using For = StreamWaits::For;

constexpr std::size_t kMaxUnreadHeads = 32;  // interim responses that nobody had time to look at

}  // namespace

UpstreamStream::UpstreamStream(UpstreamSession& session)
    : session_(&session),
      endpoint_(session.endpoint()),
      reused_(session.opened()),
      waits_(session.worker().reactor),
      out_(session, 0),
      body_(session.worker().buffers) {
    session.add(*this);
}

UpstreamStream::~UpstreamStream() { leave(); }

// Whatever is not complete on either side is reset: an endpoint never takes a cut request for a whole one.
void UpstreamStream::leave() noexcept {
    if (session_ == nullptr) return;
    if (waits_.waits(For::output)) out_.stop();
    const bool reset = id_ != 0 && !closed_;
    std::exchange(session_, nullptr)->remove(*this, id_, reset);
}

io::Task<Failure> UpstreamStream::wait_for_connection(std::chrono::milliseconds timeout) {
    if (!session_->opened() && !closed_) {
        const io::Wake why = co_await waits_.next(For::output, timeout);
        if (why == io::Wake::timeout) co_return Failure::connect_timeout;
    }
    if (session_->opened()) co_return Failure::none;
    const Failure failure = session_->failure();
    co_return failure == Failure::none ? Failure::connect_failed : failure;
}

// --- What nghttp2 tells ---

void UpstreamStream::touch() noexcept {
    if (session_ != nullptr) session_->touch(*this);
}

void UpstreamStream::note_input() noexcept {
    has_input_ = true;
    touch();
}

void UpstreamStream::received_head(ResponseText text, bool interim) {
    response_seen_ = true;
    final_head_arrived_ = !interim;
    if (heads_.size() < kMaxUnreadHeads)
        heads_.push_back(std::move(text));
    else
        invalid_ = true;
    note_input();
}

void UpstreamStream::received(std::string_view data) {
    body_.append(data);
    note_input();
}

void UpstreamStream::ended() {
    ended_ = true;
    note_input();
}

void UpstreamStream::invalid() noexcept {
    response_seen_ = invalid_ = true;
    note_input();
}

void UpstreamStream::not_sent() noexcept { refused_ = true; }

// RFC 9113 section 8.7: nghttp2 says REFUSED_STREAM also for streams that a GOAWAY leaves out.
void UpstreamStream::closed(std::uint32_t error_code) noexcept {
    closed_ = true;
    refused_ = refused_ || error_code == NGHTTP2_REFUSED_STREAM;
    note_input();
}

void UpstreamStream::queue_data(std::size_t size) {
    out_.queue(size);
    waits_.extend(For::output, write_timeout_);
}

// --- What the session does outside of callbacks ---

void UpstreamStream::connection_opened() {
    output_ready_ = true;
    touch();
}

void UpstreamStream::output_sent(std::uint64_t position) {
    if (!waits_.waits(For::output) || !out_.sent(position)) return;
    output_ready_ = true;
    touch();
}

void UpstreamStream::deliver_input() {
    if (has_input_) waits_.wake(For::input, io::Wake::ready);
}

void UpstreamStream::deliver_output() {
    if (std::exchange(output_ready_, false)) return waits_.wake(For::output, io::Wake::ready);
    if (closed_) waits_.wake(For::output, io::Wake::cancelled);
}

// --- The request ---

io::Task<io::IoResult> UpstreamStream::send_request(const UpstreamRequest& request, std::span<const iovec> body,
                                                    bool last, std::chrono::milliseconds timeout) {
    max_head_bytes_ = request.settings.proxy_buffer_bytes;
    const bool body_follows = !body.empty() || !last;
    if (!closed_) id_ = session_->submit(*this, request, body_follows);
    if (id_ == 0) {  // the connection ended, or takes no more, since the stream was added to it
        refused_ = true;
        closed(NGHTTP2_REFUSED_STREAM);
        co_return io::IoResult{io::IoStatus::error, 0};
    }
    out_.set_stream(id_);
    if (body.empty()) co_return io::IoResult{};
    co_return co_await send_body(body, last, nullptr, timeout);
}

io::Task<io::IoResult> UpstreamStream::send_body(std::span<const iovec> body, bool last, const FieldList* trailers,
                                                 std::chrono::milliseconds timeout) {
    if (closed_) co_return io::IoResult{io::IoStatus::error, 0};
    if (body.empty() && !last) co_return io::IoResult{};
    std::size_t bytes = 0;
    for (const iovec& piece : body) bytes += piece.iov_len;
    write_timeout_ = timeout;
    out_.begin(body, last, trailers);
    session_->resume(id_);
    const io::Wake why = co_await waits_.next(For::output, timeout);
    if (why == io::Wake::ready) co_return io::IoResult{io::IoStatus::ok, bytes};
    out_.stop();  // the bytes are about to go
    if (why == io::Wake::timeout) co_return io::IoResult{io::IoStatus::timeout, 0};
    co_return io::IoResult{cut_ ? io::IoStatus::cancelled : io::IoStatus::error, 0};
}

void UpstreamStream::cut_request() noexcept {
    cut_ = true;
    waits_.wake(For::output, io::Wake::cancelled);
}

// --- The response ---

HeadStatus UpstreamStream::poll_head(Method request_method, ResponseHead& head) {
    if (!heads_.empty()) {
        head_ = std::move(heads_.front());
        heads_.erase(heads_.begin());
        if (head_.size == 0 || !parse_response(head_, max_head_bytes_, request_method, head))
            return HeadStatus::invalid;
        return HeadStatus::complete;
    }
    if (invalid_) return HeadStatus::invalid;
    if (closed_) return HeadStatus::closed;
    has_input_ = false;
    return HeadStatus::need_input;
}

BodyPieces UpstreamStream::poll_body() {
    if (const std::size_t taken = body_.take_back(); taken > 0) session_->consumed(id_, taken);
    const bool whole = ended_ && !trailers_.too_large();
    if (!body_.empty()) return body_.lend(whole);
    if (whole) return {BodyStatus::end, {}, 0, true};
    if (ended_ || invalid_) return {BodyStatus::malformed};
    if (closed_) return {BodyStatus::truncated};
    has_input_ = false;
    return {BodyStatus::need_input};
}

}  // namespace fairway::proxy::http2
