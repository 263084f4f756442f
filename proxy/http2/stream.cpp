#include "proxy/http2/stream.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "proxy/handle_request.hpp"
#include "proxy/http/byte_class.hpp"
#include "proxy/http2/session.hpp"

namespace fairway::proxy::http2 {

namespace {

constexpr std::size_t kMaxTrailers = 8 * 1024;  // bytes; more are left out
constexpr std::size_t kTinyFrame = 64;          // bytes; a window that allows no more costs more than it carries

}  // namespace

class Stream::Wait final : public io::Waiter {
public:
    Wait(Stream& stream, io::Waiter* Stream::* slot, io::TimePoint Stream::* deadline,
         std::chrono::milliseconds timeout)
        : stream_(stream), slot_(slot), deadline_(deadline), timeout_(timeout) {}

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) {
        awaiting_ = handle;
        auto& reactor = stream_.session_.worker().reactor;
        stream_.*slot_ = this;
        stream_.*deadline_ = reactor.now() + timeout_;
        reactor.arm(stream_.deadline_, stream_.*deadline_);
    }
    io::Wake await_resume() const noexcept { return reason_; }
    void wake(io::Wake reason) override {
        reason_ = reason;
        awaiting_.resume();
    }

private:
    Stream& stream_;
    io::Waiter* Stream::* slot_;
    io::TimePoint Stream::* deadline_;
    std::chrono::milliseconds timeout_;
    io::Wake reason_ = io::Wake::ready;
    std::coroutine_handle<> awaiting_;
};

Stream::Stream(Session& session, std::int32_t id)
    : session_(session), id_(id), exchange_(session.worker().take_exchange()) {
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

// --- What nghttp2 tells ---

void Stream::begin(http1::HeadError error, bool end_stream) {
    head_error_ = error;
    request_ended_ = end_stream;
    session_.touch(*this);
}

void Stream::received(std::string_view data) {
    body_bytes_ += data.size();
    data_arrived_ = true;
    session_.touch(*this);
    while (!data.empty()) {
        // A chunk that is with the reader stays as it is.
        if (chunks_.size() == lent_ || chunks_.back().size == chunks_.back().buffer.size())
            chunks_.push_back({session_.worker().buffers.small(), 0});
        Chunk& chunk = chunks_.back();
        const std::size_t taken = std::min(data.size(), chunk.buffer.size() - chunk.size);
        std::copy_n(data.data(), taken, chunk.buffer.data() + chunk.size);
        chunk.size += taken;
        data.remove_prefix(taken);
    }
}

void Stream::begin_trailers() { trailer_text_.clear(); }

void Stream::add_trailer(std::string_view name, std::string_view value) {
    if (trailer_text_.size() + name.size() + value.size() > kMaxTrailers || name.starts_with(':')) return;
    if (std::ranges::all_of(value, is_value_byte)) trailer_text_.append_field(name, value);
}

// Judged as HTTP/1 trailers are: fields that must not be trailers are left out (RFC 9110 section 6.5.1).
void Stream::trailers_complete() {
    trailer_text_.append("\r\n");
    std::size_t scanned = 0;
    http1::parse_trailers(trailer_text_.view(), scanned, {}, trailers_);
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

std::ptrdiff_t Stream::next_data(std::size_t room, std::uint32_t& flags) {
    if (!out_pending_) return NGHTTP2_ERR_DEFERRED;
    const std::size_t size = std::min(room, out_left_);
    if (size < kTinyFrame && size < out_left_) session_.note(Nuisance::tiny_window);
    if (size == out_left_ && out_last_) {
        flags |= NGHTTP2_DATA_FLAG_EOF;
        if (out_trailers_ != nullptr) {
            flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
            submit_trailers();
        }
    }
    if (size > 0)
        flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    else
        out_pending_ = false;
    return static_cast<std::ptrdiff_t>(size);
}

void Stream::submit_trailers() {
    FieldBlock& block = session_.field_block();
    block.set_trailers(*out_trailers_);
    nghttp2_submit_trailer(session_.h2(), id_, block.data(), block.size());
}

void Stream::queue_data(std::size_t size) {
    out_left_ -= size;
    if (exchange_) exchange_->record.body_bytes_sent += size;
    while (size > 0) {
        const iovec& piece = out_.front();
        const std::size_t taken = std::min(size, piece.iov_len - out_offset_);
        session_.output().append_in_place({static_cast<const char*>(piece.iov_base) + out_offset_, taken});
        size -= taken;
        out_offset_ += taken;
        if (out_offset_ < piece.iov_len) continue;
        out_ = out_.subspan(1);
        out_offset_ = 0;
    }
    out_position_ = session_.output().queued();
    write_deadline_ = session_.worker().reactor.now() + write_timeout_;
    if (out_left_ == 0) out_pending_ = false;
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
    if (std::exchange(data_arrived_, false)) wake_reader(io::Wake::ready);
    if (!closed_ || std::exchange(hangup_told_, true)) return;
    wake_reader(io::Wake::cancelled);
    wake_writer(io::Wake::cancelled);
    hangup_.fire();
}

void Stream::output_sent(std::uint64_t position) {
    if (writer_ == nullptr || out_pending_ || out_position_ > position) return;
    wake_writer(io::Wake::ready);
}

io::Task<void> Stream::run(http1::HeadError error) {
    ++session_.worker().counters.requests;
    try {
        if (error == http1::HeadError::none) {
            exchange_->record.request = &exchange_->request;
            co_await handle_request(session_.worker(), *this, *exchange_);
        } else {
            ++session_.worker().counters.bad_requests;
            co_await send_own_answer(*this, *exchange_, status_of(error));
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
    record.request_bytes += body_bytes_;
    session_.worker().finish_request(*exchange_);
    session_.worker().give_back(std::move(exchange_));
    give_back_untaken();
    // RFC 9113 section 8.1: after a whole response the rest of the request is not wanted, which is no error.
    if (response_complete_ && !request_ended_ && !closed_) session_.reset_stream(id_, NGHTTP2_NO_ERROR);
    finished_ = true;
    session_.touch(*this);
}

void Stream::wake_reader(io::Wake reason) {
    if (reader_ != nullptr) std::exchange(reader_, nullptr)->wake(reason);
}

void Stream::wake_writer(io::Wake reason) {
    if (writer_ != nullptr) std::exchange(writer_, nullptr)->wake(reason);
}

io::TimePoint Stream::on_deadline(io::TimePoint now) {
    if (read_deadline_ <= now) wake_reader(io::Wake::timeout);
    if (write_deadline_ <= now) wake_writer(io::Wake::timeout);
    io::TimePoint next = io::kNever;
    if (reader_ != nullptr) next = std::min(next, read_deadline_);
    if (writer_ != nullptr) next = std::min(next, write_deadline_);
    if (next != io::kNever) session_.worker().reactor.arm(deadline_, next);
    return io::kNever;
}

// --- DownstreamStream ---

// What the reader is done with makes room in the windows of stream and connection.
void Stream::give_back_lent() {
    if (lent_ == 0) return;
    chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(lent_));
    nghttp2_session_consume(session_.h2(), id_, std::exchange(lent_bytes_, 0));
    lent_ = 0;
    session_.gather_later();
}

// Nobody reads the rest of the body, so it must not take from the connection's window any longer.
void Stream::give_back_untaken() {
    std::size_t bytes = 0;
    for (const Chunk& chunk : chunks_) bytes += chunk.size;
    nghttp2_session_consume_connection(session_.h2(), bytes);
    chunks_.clear();
    lent_ = lent_bytes_ = 0;
    session_.gather_later();
}

// RFC 8441 section 5: DATA of an extended CONNECT is no request body, but the tunnel's once the endpoint has agreed.
bool Stream::awaits_tunnel() const noexcept { return !head().websocket_key.empty() && !tunnel_; }

bool Stream::body_complete() const { return awaits_tunnel() || (request_ended_ && chunks_.size() == lent_); }

BodyPieces Stream::poll_body() {
    give_back_lent();
    if (awaits_tunnel()) return {BodyStatus::end, {}, 0, true};
    if (max_body_bytes_ != 0 && body_bytes_ > max_body_bytes_) return {BodyStatus::too_large};
    if (chunks_.empty()) {
        if (request_ended_) return {BodyStatus::end, {}, 0, true};
        return {closed_ ? BodyStatus::truncated : BodyStatus::need_input};
    }
    lent_ = std::min(chunks_.size(), pieces_.size());
    for (std::size_t i = 0; i < lent_; ++i) {
        pieces_[i] = {chunks_[i].buffer.data(), chunks_[i].size};
        lent_bytes_ += chunks_[i].size;
    }
    return {BodyStatus::data, {pieces_.data(), lent_}, lent_bytes_, body_complete()};
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
        Wait wait(*this, &Stream::reader_, &Stream::read_deadline_, timeout);
        const io::Wake why = co_await wait;
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
    if (!response_has_body_ || (bytes == 0 && !last)) {  // END_STREAM went with the head, or only the head is to go
        response_complete_ = response_complete_ || last;
        co_return io::IoResult{};
    }
    out_ = pieces;
    out_offset_ = 0;
    out_left_ = bytes;
    out_last_ = last;
    out_trailers_ = trailers != nullptr && !trailers->empty() ? trailers : nullptr;
    out_pending_ = true;
    out_position_ = 0;
    write_timeout_ = exchange_->snapshot->settings->downstream.send_timeout;
    nghttp2_session_resume_data(session_.h2(), id_);
    Wait wait(*this, &Stream::writer_, &Stream::write_deadline_, write_timeout_);
    const io::Wake why = co_await wait;
    if (why == io::Wake::ready) {
        response_complete_ = last;
        co_return io::IoResult{io::IoStatus::ok, bytes};
    }
    out_pending_ = false;
    session_.output().copy_in_place();  // the bytes are about to go
    co_return io::IoResult{why == io::Wake::timeout ? io::IoStatus::timeout : io::IoStatus::error, 0};
}

void Stream::fail_response() {
    if (closed_ || (response_complete_ && !tunnel_)) return;
    // RFC 8441 section 5: CANCEL stands for a reset of the tunnel.
    session_.reset_stream(id_, tunnel_ ? NGHTTP2_CANCEL : NGHTTP2_INTERNAL_ERROR);
}

}  // namespace fairway::proxy::http2
