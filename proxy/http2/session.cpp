#include "proxy/http2/session.hpp"

#include <algorithm>
#include <new>

#include "base/ascii.hpp"
#include "base/log.hpp"
#include "proxy/http2/callbacks.hpp"

namespace fairway::proxy::http2 {

namespace {

constexpr std::int32_t kConnectionWindow = 1024 * 1024;  // bytes of bodies that one client may have us hold
constexpr std::size_t kMaxTrailers = 8 * 1024;           // bytes; more are left out
constexpr std::chrono::seconds kTrimAfter{1};            // without a stream: longer than between two requests of a page
constexpr std::chrono::seconds kGoodbye{1};              // for the client to learn that no new streams are wanted

/// What cannot be understood is a stream error; what is merely too large is answered.
bool is_answered(http1::HeadError error) { return status_of(error) != 400; }

}  // namespace

Session::Session(DownstreamConnection& connection)
    : FrameConnection(connection.worker),
      connection_(connection),
      snapshot_(connection.worker.snapshot),
      assembler_(connection.worker.buffers) {
    nghttp2_session* h2 = nullptr;
    if (nghttp2_session_server_new3(&h2, &session_callbacks(), this, &session_options(), allocator()) != 0)
        throw std::bad_alloc();
    adopt(h2);
    attach(connection_.io, settings().send_timeout);
}

Session::~Session() {
    while (streams_.linked()) delete &static_cast<Stream&>(*streams_.next);
}

void Session::submit_settings() {
    const auto& settings = *snapshot_->settings;
    const std::array<nghttp2_settings_entry, 4> entries = {{
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, settings.http2.max_concurrent_streams},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, settings.downstream.max_header_bytes},
        {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
        {NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1},
    }};
    nghttp2_submit_settings(h2(), NGHTTP2_FLAG_NONE, entries.data(), entries.size());
    nghttp2_session_set_local_window_size(h2(), NGHTTP2_FLAG_NONE, 0, kConnectionWindow);
}

io::Task<SessionEnd> Session::serve(std::string_view first_bytes) {
    submit_settings();
    gather_later();
    idle_since_ = worker().reactor.now();
    connection_.set_state(DownstreamState::reading);
    if (!first_bytes.empty()) receive(first_bytes);
    bool client_there = true;
    for (;;) {
        client_there = read_all();
        deliver();
        if (!client_there || over()) break;
        const io::Wake why = co_await io::readable(connection_.io.source(), time_to_wait());
        if (why != io::Wake::timeout) continue;
        if (worker().reactor.now() >= drain_deadline_) say_last_goodbye();
        if (is_idle_for_too_long()) nghttp2_session_terminate_session(h2(), NGHTTP2_NO_ERROR);
        gather_later();
    }
    if (!broken()) flush();  // a last GOAWAY
    abandon_streams();
    while (streams_.linked()) {
        struct LastStream final : io::Waiter {
            explicit LastStream(Session& session) : owner(session) {}
            bool await_ready() const noexcept { return false; }
            void await_suspend(std::coroutine_handle<> handle) {
                awaiting = handle;
                owner.last_stream_waiter_ = this;
            }
            void await_resume() const noexcept {}
            void wake(io::Wake) override { awaiting.resume(); }
            Session& owner;
            std::coroutine_handle<> awaiting;
        };
        LastStream last(*this);
        co_await last;
    }
    co_return client_there && !broken() ? SessionEnd::linger : SessionEnd::closed;
}

// False when the client has ended the connection.
bool Session::read_all() {
    io::Buffer buffer;
    while (!broken()) {
        if (!connection_.io.has_input()) return true;
        if (!buffer) buffer = worker().buffers.small();
        const auto got = connection_.io.try_read(buffer.span());
        if (got.status == io::IoStatus::would_block) return true;
        if (got.status != io::IoStatus::ok) return false;
        receive({buffer.data(), got.bytes});
        if (nghttp2_session_want_read(h2()) == 0) return true;
    }
    return false;
}

void Session::receive(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto found = scanner_.scan(bytes);
        const std::string_view scanned = bytes.substr(0, found.bytes);
        bytes.remove_prefix(found.bytes);
        if (found.data_stream == 0) return feed(scanned);
        feed(scanned.substr(0, scanned.size() - 1));  // frames before it may end its stream
        if (is_over_for_client(found.data_stream)) nghttp2_session_terminate_session(h2(), NGHTTP2_STREAM_CLOSED);
        feed(scanned.substr(scanned.size() - 1));
    }
}

void Session::feed(std::string_view bytes) {
    const auto used = nghttp2_session_mem_recv(h2(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    if (used < 0) {
        ++worker().counters.bad_requests;
        if (log::enabled(log::Level::debug))
            log::debug("http2.refused",
                       {{"client", facts().peer_text}, {"reason", nghttp2_strerror(static_cast<int>(used))}});
        nghttp2_session_terminate_session(h2(), used == NGHTTP2_ERR_FLOODED ? NGHTTP2_ENHANCE_YOUR_CALM
                                                                            : NGHTTP2_PROTOCOL_ERROR);
    }
    gather_later();
}

std::chrono::milliseconds Session::time_to_wait() const {
    const auto now = connection_.worker.reactor.now();
    auto until = now + settings().keep_alive;
    if (!streams_.linked()) until = idle_since_ + (requests_ == 0 ? settings().header_timeout : settings().keep_alive);
    if (in_header_block_) until = idle_since_ + settings().header_timeout;
    until = std::min(until, drain_deadline_);
    return std::max(std::chrono::ceil<std::chrono::milliseconds>(until - now), std::chrono::milliseconds(1));
}

bool Session::is_idle_for_too_long() const {
    const auto idle = connection_.worker.reactor.now() - idle_since_;
    if (in_header_block_ || (requests_ == 0 && !streams_.linked())) return idle >= settings().header_timeout;
    return !streams_.linked() && idle >= settings().keep_alive;
}

// Returns when to look again; reap() arms the timer too.
io::TimePoint Session::trim_if_idle(io::TimePoint now) {
    if (streams_.linked()) return io::kNever;
    if (now < idle_since_ + kTrimAfter) return idle_since_ + kTrimAfter;
    trim();
    touched_.shrink_to_fit();
    return io::kNever;
}

// --- Frames in ---

Stream* Session::find(std::int32_t id) const noexcept {
    return static_cast<Stream*>(nghttp2_session_get_stream_user_data(h2(), id));
}

bool Session::is_over_for_client(std::int32_t stream) const noexcept {
    return closed_streams_.find(stream) == ClosedStreams::By::client;
}

// RFC 9113 section 5.1 and 5.1.1: nothing comes on a stream after its end, and stream numbers only grow.
void Session::headers_frame_begins(std::int32_t stream) {
    if (stream > nghttp2_session_get_last_proc_stream_id(h2())) return;
    const bool known = closed_streams_.find(stream) || nghttp2_session_get_stream_remote_close(h2(), stream) >= 0;
    if (is_over_for_client(stream))
        nghttp2_session_terminate_session(h2(), NGHTTP2_STREAM_CLOSED);
    else if (!known)
        nghttp2_session_terminate_session(h2(), NGHTTP2_PROTOCOL_ERROR);
}

void Session::begin_headers(const nghttp2_frame& frame) {
    in_header_block_ = true;
    idle_since_ = worker().reactor.now();
    if (frame.headers.cat != NGHTTP2_HCAT_REQUEST) {
        if (Stream* stream = find(frame.hd.stream_id)) stream->received_trailers().begin();
        return;
    }
    auto stream = std::make_unique<Stream>(*this, frame.hd.stream_id);
    nghttp2_session_set_stream_user_data(h2(), frame.hd.stream_id, stream.get());
    streams_.push_back(*stream.release());  // owned by the list from here on
    connection_.set_state(DownstreamState::writing);
    assembler_.begin(settings().max_header_bytes);
}

void Session::add_header(const nghttp2_frame& frame, std::string_view name, std::string_view value) {
    if (frame.headers.cat == NGHTTP2_HCAT_REQUEST)
        assembler_.add(name, value);
    else if (Stream* stream = find(frame.hd.stream_id))
        stream->received_trailers().add(name, value, kMaxTrailers);
}

void Session::headers_complete(const nghttp2_frame& frame) {
    in_header_block_ = false;
    Stream* const stream = find(frame.hd.stream_id);
    if (stream == nullptr) return;
    const bool end_stream = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (frame.headers.cat != NGHTTP2_HCAT_REQUEST) {
        stream->received_trailers().complete(kMaxTrailers);
        if (end_stream) stream->ended();
        return;
    }
    http1::HeadLimits limits;
    limits.max_target_bytes = limits.max_line_bytes = settings().max_header_line_bytes;
    limits.max_head_bytes = settings().max_header_bytes;
    Exchange& exchange = stream->exchange();
    auto head = assembler_.finish(
        end_stream, limits, {settings().underscores_in_headers, settings().ignore_invalid_headers}, exchange.request);
    exchange.head_buffer = std::move(head.buffer);
    exchange.record.request_line = head.request_line;
    exchange.record.request_bytes = frame.hd.length;
    if (head.error != http1::HeadError::none)
        refuse(*stream, head.error, end_stream);
    else
        stream->begin(http1::HeadError::none, end_stream);
    if (requests_ >= settings().keep_alive_requests) drain();
}

void Session::refuse(Stream& stream, http1::HeadError error, bool end_stream) {
    if (log::enabled(log::Level::debug))
        log::debug("request.refused", {{"client", facts().peer_text}, {"reason", to_text(error)}});
    RequestHead& head = stream.exchange().request;
    head = RequestHead{.version = Version::http_2, .fields = std::move(head.fields)};
    head.fields.clear();
    if (is_answered(error)) return stream.begin(error, end_stream);
    ++worker().counters.bad_requests;
    reset_stream(stream.id(), NGHTTP2_PROTOCOL_ERROR);
    stream.closed();
}

void Session::frame_received(const nghttp2_frame& frame) {
    switch (frame.hd.type) {
        case NGHTTP2_HEADERS: return headers_complete(frame);
        case NGHTTP2_DATA: {
            const bool end_stream = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
            if (frame.hd.length == 0 && !end_stream) note(Nuisance::empty_data);
            if (Stream* stream = find(frame.hd.stream_id); stream != nullptr && end_stream) stream->ended();
            return;
        }
        case NGHTTP2_RST_STREAM: return note(Nuisance::reset);
        case NGHTTP2_PRIORITY:
        case NGHTTP2_PRIORITY_UPDATE: return note(Nuisance::priority);
        case NGHTTP2_SETTINGS:
            if ((frame.hd.flags & NGHTTP2_FLAG_ACK) == 0) note(Nuisance::settings);
            return;
        case NGHTTP2_PING:
            if ((frame.hd.flags & NGHTTP2_FLAG_ACK) == 0) return note(Nuisance::ping);
            if (draining_) say_last_goodbye();
            return;
        default:
            if (frame.hd.type > NGHTTP2_CONTINUATION) note(Nuisance::unknown);
            return;
    }
}

void Session::data_received(std::int32_t id, std::string_view data) {
    if (Stream* stream = find(id)) return stream->received(data);
    // Of a stream that is over: its bytes still count against the connection's window.
    nghttp2_session_consume_connection(h2(), data.size());
}

void Session::stream_closed(std::int32_t id) {
    closed_streams_.add(id, ClosedStreams::By::client);
    if (Stream* stream = find(id)) stream->closed();
}

void Session::reset_stream(std::int32_t id, std::uint32_t error_code) {
    closed_streams_.add(id, ClosedStreams::By::us);
    nghttp2_submit_rst_stream(h2(), NGHTTP2_FLAG_NONE, id, error_code);
    gather_later();
}

void Session::calmed() { ++worker().counters.http2_calmed; }

// --- Frames out ---

void Session::submit_response(Stream& stream, const FieldBlock& block, bool has_body) {
    nghttp2_data_provider body;
    body.source.ptr = &stream;
    body.read_callback = read_response_body;
    nghttp2_submit_response(h2(), stream.id(), block.data(), block.size(), has_body ? &body : nullptr);
}

void Session::flushed() {
    for (auto* node = streams_.next; node != &streams_; node = node->next)
        static_cast<Stream&>(*node).output_sent(output().sent());
    deliver();
}

// --- Streams ---

void Session::touch(Stream& stream) {
    if (std::ranges::find(touched_, &stream) == touched_.end()) touched_.push_back(&stream);
}

// Lets the streams go on to which something happened. Each may cause more.
void Session::deliver() {
    for (std::size_t i = 0; i < touched_.size(); ++i) {
        Stream* const stream = touched_[i];
        touched_[i] = nullptr;
        stream->deliver();
    }
    touched_.clear();
    reap();
}

void Session::reap() {
    bool ended = false;
    for (auto* node = streams_.next; node != &streams_;) {
        auto& stream = static_cast<Stream&>(*node);
        node = node->next;
        if (!stream.finished()) continue;
        nghttp2_session_set_stream_user_data(h2(), stream.id(), nullptr);
        delete &stream;
        ended = true;
    }
    if (!ended || streams_.linked()) return;
    idle_since_ = worker().reactor.now();
    connection_.set_state(DownstreamState::waiting);
    if (output().empty()) output().release();
    worker().reactor.arm(trim_timer_, idle_since_ + kTrimAfter);
    if (settings().keep_alive.count() == 0) drain();
    if (last_stream_waiter_ != nullptr) std::exchange(last_stream_waiter_, nullptr)->wake(io::Wake::ready);
}

void Session::abandon_streams() {
    for (auto* node = streams_.next; node != &streams_; node = node->next) static_cast<Stream&>(*node).closed();
    deliver();
}

// RFC 9113 section 6.8: first say that no new streams are wanted, then, when the client must have seen it, which was the
// last one that is served. So no request falls between the two sides.
void Session::drain() {
    if (std::exchange(draining_, true)) return;
    nghttp2_submit_shutdown_notice(h2());
    nghttp2_submit_ping(h2(), NGHTTP2_FLAG_NONE, nullptr);
    drain_deadline_ = worker().reactor.now() + kGoodbye;
    gather_later();
    connection_.io.source().cancel_reader();  // waits until the deadline from now on
}

void Session::say_last_goodbye() {
    drain_deadline_ = io::kNever;
    if (std::exchange(said_goodbye_, true)) return;
    nghttp2_submit_goaway(h2(), NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(h2()), NGHTTP2_NO_ERROR,
                          nullptr, 0);
    gather_later();
}

}  // namespace fairway::proxy::http2
