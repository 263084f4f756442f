#include "proxy/http2/upstream_session.hpp"

#include <algorithm>
#include <new>

#include "base/log.hpp"
#include "proxy/http2/request_fields.hpp"
#include "proxy/http2/session_pool.hpp"
#include "proxy/http2/upstream_callbacks.hpp"
#include "proxy/io/next_turn.hpp"

namespace fairway::proxy::http2 {

namespace {

constexpr std::int32_t kStreamWindow = 256 * 1024;           // bytes that a slow client can have us hold
constexpr std::int32_t kConnectionWindow = 8 * 1024 * 1024;  // never the bound: streams have theirs
constexpr std::size_t kMaxStreams = 1000;                    // whatever the endpoint allows
constexpr std::size_t kReadAtOnce = 256 * 1024;              // bytes, in one turn of the event loop
constexpr std::chrono::milliseconds kLongestWait{15'000};    // between looks at the time

/// Bounds what a response may bring behind its body.
std::size_t max_trailer_bytes(const UpstreamStream& stream) { return stream.max_head_bytes(); }

}  // namespace

UpstreamSession::UpstreamSession(SessionPool& pool, WorkerContext& worker, const ConnectionKey& key,
                                 const routing::UpstreamKeepalive& limits)
    : FrameConnection(worker),
      pool_(pool),
      key_(key),
      limits_(limits),
      assembler_(worker.buffers),
      liveness_({.quiet = limits.quiet_before_ping, .patience = limits.ping_patience}) {
    nghttp2_session* h2 = nullptr;
    if (nghttp2_session_client_new3(&h2, &upstream_callbacks(), this, &upstream_options(), allocator()) != 0)
        throw std::bad_alloc();
    adopt(h2);
}

UpstreamSession::~UpstreamSession() {
    root_ = io::Task<void>{};  // its frames refer to everything else
}

void UpstreamSession::start(const UpstreamTarget& target, const routing::UpstreamTimeouts& timeouts) {
    root_ = run(target, timeouts);
    root_.start();
}

io::Task<void> UpstreamSession::run(UpstreamTarget target, routing::UpstreamTimeouts timeouts) {
    try {
        auto connected = co_await connect_upstream(worker().reactor, target, timeouts.connect);
        connection_ = std::move(connected.connection);
        failure_ = connected.failure;
        if (connection_ != nullptr) {
            begin(timeouts.send);
            co_await serve();
        }
    } catch (const std::exception& error) {
        log::error("http2.upstream_failed", {{"endpoint", endpoint().to_string()}, {"reason", error.what()}});
    }
    closing_ = true;
    close_streams();
    pool_.ended(*this);
}

void UpstreamSession::begin(std::chrono::milliseconds send_timeout) {
    attach(connection_->connection, send_timeout);
    const std::array<nghttp2_settings_entry, 4> entries = {{
        {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 0},  // of the endpoint's: it has nothing to open
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow},
        {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
    }};
    nghttp2_submit_settings(h2(), NGHTTP2_FLAG_NONE, entries.data(), entries.size());
    nghttp2_session_set_local_window_size(h2(), NGHTTP2_FLAG_NONE, 0, kConnectionWindow);
    gather_later();
    opened_ = true;
    ++worker().counters.upstream_opened;
    idle_since_ = worker().reactor.now();
    liveness_.begin(idle_since_);
    for (auto* node = streams_.next; node != &streams_; node = node->next)
        static_cast<UpstreamStream&>(*node).connection_opened();
    deliver();
    if (!has_streams()) pool_.became_idle(*this, is_worn_out());
}

io::Task<void> UpstreamSession::serve() {
    for (;;) {
        const Input input = read_some();
        deliver();
        if (input == Input::ended || over()) co_return;
        if (input == Input::more) {  // first what has come goes on, and others have their turn
            io::NextTurn turn(connection_->connection.source(), time_to_wait());
            co_await turn;
            continue;
        }
        const io::Wake why = co_await io::readable(connection_->connection.source(), time_to_wait());
        if (why == io::Wake::timeout) look_at_the_time();
    }
}

UpstreamSession::Input UpstreamSession::read_some() {
    io::Buffer buffer;
    io::Connection& io = connection_->connection;
    for (std::size_t taken = 0; !broken();) {
        // What TLS holds already would not be reported again.
        if (taken >= kReadAtOnce && io.source().readable()) return Input::more;
        if (!io.has_input()) return Input::drained;
        if (!buffer) buffer = worker().buffers.for_body();
        const auto got = io.try_read(buffer.span());
        if (got.status == io::IoStatus::would_block) return Input::drained;
        if (got.status != io::IoStatus::ok) return Input::ended;
        taken += got.bytes;
        liveness_.heard(worker().reactor.now());
        gather_later();
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(buffer.data());
        const auto used = nghttp2_session_mem_recv(h2(), bytes, got.bytes);
        if (used < 0) {
            if (log::enabled(log::Level::debug))
                log::debug("http2.endpoint_refused", {{"endpoint", endpoint().to_string()},
                                                      {"reason", nghttp2_strerror(static_cast<int>(used))}});
            nghttp2_session_terminate_session(h2(), NGHTTP2_PROTOCOL_ERROR);
            for (auto* node = streams_.next; node != &streams_; node = node->next)
                static_cast<UpstreamStream&>(*node).invalid();
            return Input::drained;
        }
        if (nghttp2_session_want_read(h2()) == 0) return Input::drained;
    }
    return Input::ended;
}

std::chrono::milliseconds UpstreamSession::time_to_wait() {
    // A stream may be added while this waits: it is never longer than the silence that a stream may meet.
    const auto longest = std::min({kLongestWait, limits_.quiet_before_ping, limits_.ping_patience});
    const auto until = has_streams() ? liveness_.due() : idle_since_ + limits_.idle_timeout;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - worker().reactor.now());
    return std::clamp(left, std::chrono::milliseconds(1), longest);
}

void UpstreamSession::look_at_the_time() {
    const io::TimePoint now = worker().reactor.now();
    if (!has_streams()) {
        if (now - idle_since_ >= limits_.idle_timeout) return close();
        if (places_taken_ == 0) trim();
        return;
    }
    switch (liveness_.check(now)) {
        case Liveness::Verdict::wait: return;
        case Liveness::Verdict::ping: nghttp2_submit_ping(h2(), NGHTTP2_FLAG_NONE, nullptr); return gather_later();
        case Liveness::Verdict::dead:
            log::warn("http2.endpoint_silent", {{"endpoint", endpoint().to_string()}});
            connection_->connection.reset_on_close();
            return give_up();
    }
}

void UpstreamSession::close() {
    if (std::exchange(closing_, true)) return;
    nghttp2_session_terminate_session(h2(), NGHTTP2_NO_ERROR);
    gather_later();
}

bool UpstreamSession::is_worn_out() const noexcept {
    const std::uint32_t requests = limits_.connections == 0 ? 1 : limits_.requests;
    return requests_ >= requests ||
           (opened_ && connection_->connection.source().reactor().now() - connection_->opened >= limits_.max_age);
}

bool UpstreamSession::has_room() const noexcept {
    if (closing_ || broken() || is_worn_out()) return false;
    if (opened_ && nghttp2_session_check_request_allowed(h2()) == 0) return false;
    const std::size_t allowed = settings_arrived_
                                    ? nghttp2_session_get_remote_settings(h2(), NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS)
                                    : assumed_streams_;
    return places_taken_ < std::min(allowed, kMaxStreams);
}

// --- Streams ---

void UpstreamSession::add(UpstreamStream& stream) {
    if (!has_streams()) liveness_.begin(worker().reactor.now());
    streams_.push_back(stream);
    pool_.became_busy(*this);
    ++places_taken_;
    ++requests_;
}

void UpstreamSession::remove(UpstreamStream& stream, std::int32_t stream_id, bool reset) noexcept {
    stream.unlink();
    std::ranges::replace(touched_, &stream, nullptr);
    if (delivering_ == &stream) delivering_ = nullptr;
    if (stream_id == 0) {
        --places_taken_;
    } else {
        nghttp2_session_set_stream_user_data(h2(), stream_id, nullptr);
        if (reset) {
            nghttp2_submit_rst_stream(h2(), NGHTTP2_FLAG_NONE, stream_id, NGHTTP2_CANCEL);
            gather_later();
        }
    }
    if (has_streams() || !opened_ || closing_) return;
    idle_since_ = worker().reactor.now();
    pool_.became_idle(*this, is_worn_out() || nghttp2_session_check_request_allowed(h2()) == 0);
}

void UpstreamSession::touch(UpstreamStream& stream) {
    if (!std::exchange(stream.touched, true)) touched_.push_back(&stream);
}

std::int32_t UpstreamSession::submit(UpstreamStream& stream, const UpstreamRequest& request, bool body_follows) {
    if (!opened_ || closing_ || broken() || nghttp2_session_check_request_allowed(h2()) == 0) return 0;
    set_request_fields(field_block(), scratch_, request, key_.tls_id == 0 ? "http" : "https");
    nghttp2_data_provider body{};
    body.read_callback = read_request_body;
    const std::int32_t id = nghttp2_submit_request(h2(), nullptr, field_block().data(), field_block().size(),
                                                   body_follows ? &body : nullptr, &stream);
    gather_later();
    return std::max(id, 0);
}

void UpstreamSession::resume(std::int32_t stream) {
    nghttp2_session_resume_data(h2(), stream);
    gather_later();
}

void UpstreamSession::consumed(std::int32_t stream, std::size_t bytes) {
    nghttp2_session_consume_stream(h2(), stream, bytes);
    gather_later();
}

void UpstreamSession::close_streams() {
    for (auto* node = streams_.next; node != &streams_; node = node->next)
        static_cast<UpstreamStream&>(*node).closed(NGHTTP2_INTERNAL_ERROR);
    deliver();
}

// Lets the streams go on to which something happened. Each may cause more, and may end.
void UpstreamSession::deliver() {
    for (std::size_t i = 0; i < touched_.size(); ++i) {
        UpstreamStream* const stream = std::exchange(touched_[i], nullptr);
        if (stream == nullptr) continue;
        stream->touched = false;
        delivering_ = stream;
        stream->deliver_input();
        if (delivering_ != nullptr) stream->deliver_output();
        delivering_ = nullptr;
    }
    touched_.clear();
}

// --- Frames ---

UpstreamStream* UpstreamSession::find(std::int32_t stream) const noexcept {
    return static_cast<UpstreamStream*>(nghttp2_session_get_stream_user_data(h2(), stream));
}

void UpstreamSession::begin_headers(const nghttp2_frame& frame) {
    UpstreamStream* const stream = find(frame.hd.stream_id);
    if (stream == nullptr) return;
    if (stream->final_head_arrived())
        stream->received_trailers().begin();
    else
        assembler_.begin(stream->max_head_bytes());
}

void UpstreamSession::add_header(const nghttp2_frame& frame, std::string_view name, std::string_view value) {
    UpstreamStream* const stream = find(frame.hd.stream_id);
    if (stream == nullptr) return;
    if (stream->final_head_arrived())
        stream->received_trailers().add(name, value, max_trailer_bytes(*stream));
    else
        assembler_.add(name, value);
}

void UpstreamSession::head_received(const nghttp2_frame& frame) {
    liveness_.answered();
    UpstreamStream* const stream = find(frame.hd.stream_id);
    if (stream == nullptr) return;
    const bool end_stream = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (stream->final_head_arrived()) {
        stream->received_trailers().complete(max_trailer_bytes(*stream));
    } else {
        ResponseText text = assembler_.finish(end_stream);
        const bool interim = text.is_interim();
        stream->received_head(std::move(text), interim);
    }
    if (end_stream) stream->ended();
}

void UpstreamSession::settings_received() {
    note(Nuisance::settings);
    settings_arrived_ = true;
    pool_.learned(key_, nghttp2_session_get_remote_settings(h2(), NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS));
}

void UpstreamSession::frame_received(const nghttp2_frame& frame) {
    const bool acknowledges = (frame.hd.flags & NGHTTP2_FLAG_ACK) != 0;
    switch (frame.hd.type) {
        case NGHTTP2_HEADERS: return head_received(frame);
        case NGHTTP2_DATA: {
            liveness_.answered();
            const bool end_stream = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
            if (frame.hd.length == 0 && !end_stream) note(Nuisance::empty_data);
            if (UpstreamStream* stream = find(frame.hd.stream_id); stream != nullptr && end_stream) stream->ended();
            return;
        }
        case NGHTTP2_PRIORITY: return note(Nuisance::priority);
        case NGHTTP2_SETTINGS:
            if (!acknowledges) settings_received();
            return;
        case NGHTTP2_PING:
            if (!acknowledges) note(Nuisance::ping);
            return;
        default:
            if (frame.hd.type > NGHTTP2_CONTINUATION) note(Nuisance::unknown);
            return;
    }
}

// The window of the connection opens at once, so that a stream whose client is slow stops no other.
void UpstreamSession::data_received(std::int32_t stream, std::string_view data) {
    nghttp2_session_consume_connection(h2(), data.size());
    if (UpstreamStream* found = find(stream)) found->received(data);
}

void UpstreamSession::stream_closed(std::int32_t stream, std::uint32_t error_code) {
    --places_taken_;
    if (UpstreamStream* found = find(stream)) found->closed(error_code);
}

void UpstreamSession::flushed() {
    for (auto* node = streams_.next; node != &streams_; node = node->next)
        static_cast<UpstreamStream&>(*node).output_sent(output().sent());
    deliver();
    if (!has_streams() && output().empty()) output().release();
}

void UpstreamSession::calmed() { log::warn("http2.endpoint_floods", {{"endpoint", endpoint().to_string()}}); }

}  // namespace fairway::proxy::http2
