#include "proxy/http1/session.hpp"

#include "base/log.hpp"
#include "proxy/handle_request.hpp"

namespace fairway::proxy::http1 {

namespace {

// RFC 9113 section 3.4: what an HTTP/2 client sends first.
constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\n";

std::string_view request_line(const RequestHead& head) {
    constexpr std::size_t kVersion = std::string_view(" HTTP/1.1").size();
    const char* const begin = head.method_text.data();
    return {begin, static_cast<std::size_t>(head.target.data() + head.target.size() - begin) + kVersion};
}

std::string_view first_line(std::string_view head) { return head.substr(0, head.find_first_of("\r\n")); }

}  // namespace

Session::~Session() {
    if (exchange_) end_exchange();
}

void Session::end_if_idle() {
    if (downstream_.state() == DownstreamState::waiting) connection_.source().cancel_reader();
}

io::Task<SessionEnd> Session::serve() {
    for (;;) {
        if (input_.empty()) {  // else the next request is there already: pipelined
            const auto limit = begin_wait();
            bool begins = limit.has_value();
            if (begins && !connection_.has_input()) {
                const io::Wake why = co_await io::readable(connection_.source(), *limit);
                begins = why == io::Wake::ready;
            }
            if (!begins) {
                if (connection_.is_tls())
                    connection_.shutdown_write();  // RFC 8446 section 6.1: close_notify before the end
                co_return SessionEnd::over;
            }
        }
        const bool again = co_await serve_request();
        end_exchange();
        if (http2_preface_) co_return SessionEnd::http2;
        if (!again) break;
    }
    if (!broken_) co_await downstream_.linger();
    co_return SessionEnd::over;
}

// How long a request may take to begin; no buffer is held meanwhile. nullopt: none will be served.
std::optional<std::chrono::milliseconds> Session::begin_wait() {
    input_.release();
    const bool first = requests_ == 0;
    // A client that is not told closes only when it must: its next request may be on the way. RFC 9112 section 9.5.
    if (!first && worker_.closes_idle) return std::nullopt;
    downstream_.set_state(first ? DownstreamState::reading : DownstreamState::waiting);
    const auto& limits = worker_.snapshot->settings->downstream;
    return first ? limits.header_timeout : limits.keep_alive;
}

// Reads the head of the next request into exchange_->request. HeadError::incomplete: the client left before it was there.
io::Task<HeadError> Session::read_head() {
    std::size_t scanned = 0;
    if (const auto error = read_head_at_hand(scanned)) return *error;
    return wait_for_head(scanned);
}

io::Task<HeadError> Session::wait_for_head(std::size_t scanned) {
    const io::TimePoint deadline = worker_.reactor.now() + settings().header_timeout;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - worker_.reactor.now());
        const io::Wake why = co_await io::readable(connection_.source(), std::max(left, std::chrono::milliseconds(1)));
        if (why == io::Wake::timeout && !input_.empty()) exchange_->record.status = 408;
        if (why != io::Wake::ready) co_return HeadError::incomplete;
        if (const auto error = read_head_at_hand(scanned)) co_return *error;
    }
}

// nullopt: the head is not complete, and the client has sent no more so far.
// @param scanned  how much of the input parse_request_head() has seen.
std::optional<HeadError> Session::read_head_at_hand(std::size_t& scanned) {
    HeadLimits limits;
    limits.max_target_bytes = limits.max_line_bytes = settings().max_header_line_bytes;
    limits.max_head_bytes = settings().max_header_bytes;
    const FieldNameRules names{settings().underscores_in_headers, settings().ignore_invalid_headers};
    for (;;) {
        if (!input_.empty()) {
            const HeadResult parsed = parse_request_head(input_.bytes(), scanned, limits, names, exchange_->request);
            if (parsed.error == HeadError::none) return head_complete(parsed.consumed);
            if (parsed.error != HeadError::incomplete) {
                const auto preface = http2_preface();
                http2_preface_ = preface == Preface::complete;
                if (http2_preface_) return HeadError::incomplete;
                if (preface == Preface::none) {
                    exchange_->record.request_line = first_line(input_.bytes());
                    return parsed.error;
                }
            }
        }
        if (!make_room()) return HeadError::head_too_long;
        const io::IoResult got = connection_.try_read(input_.free_space());
        if (got.status == io::IoStatus::would_block) return std::nullopt;
        if (got.status != io::IoStatus::ok) return HeadError::incomplete;
        input_.received(got.bytes);
    }
}

HeadError Session::head_complete(std::size_t bytes) {
    exchange_->record.request_bytes = bytes;
    exchange_->head_buffer = input_.detach_front(bytes, worker_.buffers);
    exchange_->record.request_line = request_line(exchange_->request);
    return HeadError::none;
}

// Only where ALPN could not say so, and only as the very first bytes.
Session::Preface Session::http2_preface() const noexcept {
    if (requests_ != 1 || connection_.is_tls() || !exchange_->snapshot->settings->http2.enabled) return Preface::none;
    const auto given = input_.bytes().substr(0, kHttp2Preface.size());
    if (!kHttp2Preface.starts_with(given)) return Preface::none;
    return given.size() == kHttp2Preface.size() ? Preface::complete : Preface::begun;
}

bool Session::make_room() {
    if (!input_.has_buffer()) input_.move_to(worker_.buffers.small());
    if (!input_.free_space().empty()) return true;
    if (input_.capacity() == io::BufferPool::kLarge) return false;
    input_.move_to(worker_.buffers.large());
    return true;
}

void Session::begin_exchange() {
    exchange_ = worker_.take_exchange();
    exchange_->snapshot = worker_.snapshot;
    exchange_->record.connection = &downstream_.facts;
    exchange_->record.connection_requests = ++requests_;
    exchange_->record.started = worker_.reactor.now();
    response_begun_ = response_complete_ = response_head_sent_ = keep_alive_ = continue_sent_ = false;
    max_body_bytes_ = 0;
}

void Session::end_exchange() {
    if (exchange_) worker_.give_back(std::move(exchange_));
}

// True when the connection can carry another request.
io::Task<bool> Session::serve_request() {
    begin_exchange();
    downstream_.set_state(DownstreamState::reading);
    const HeadError error = co_await read_head();
    downstream_.set_state(DownstreamState::writing);
    RequestRecord& record = exchange_->record;
    if (error == HeadError::incomplete && record.status != 408) {
        broken_ = true;
        co_return false;
    }
    ++worker_.counters.requests;
    if (error != HeadError::none) {
        co_await refuse(error);
        co_return false;
    }
    record.request = &exchange_->request;
    HeadLimits trailer_limits;
    trailer_limits.max_line_bytes = settings().max_header_line_bytes;
    trailer_limits.max_head_bytes = settings().max_header_bytes;
    body_.start(connection_, input_, worker_.buffers, head().framing, head().content_length, trailer_limits);
    co_await handle_request(worker_, *this, *exchange_);
    write_record();
    const bool can_go_on = response_complete_ && keep_alive_ && !broken_ && !tunnel_;
    // An endpoint may have answered before the end of the body.
    co_return can_go_on&& discard_body_at_hand();
}

// Answers a head that cannot be served. Nothing of it is forwarded, and the connection ends.
io::Task<void> Session::refuse(HeadError error) {
    const std::uint16_t status = error == HeadError::incomplete ? 408 : status_of(error);
    ++worker_.counters.bad_requests;
    if (log::enabled(log::Level::debug))
        log::debug("request.refused",
                   {{"client", downstream_.facts.peer_text}, {"status", status}, {"reason", to_text(error)}});
    exchange_->request = RequestHead{.keep_alive = false, .fields = std::move(exchange_->request.fields)};
    exchange_->request.fields.clear();
    body_.start(connection_, input_, worker_.buffers, Framing::none, 0, {});
    const OwnAnswer refused{.status = status};
    co_await send_own_answer(*this, *exchange_, refused);
    write_record();
}

void Session::write_record() {
    RequestRecord& record = exchange_->record;
    record.took = io::Reactor::exact_now() - record.started;
    record.request_bytes += body_.bytes_read();
    worker_.finish_request(*exchange_);
}

}  // namespace fairway::proxy::http1
