#include "proxy/http1/session.hpp"

#include <openssl/ssl.h>

#include "base/log.hpp"
#include "proxy/handle_request.hpp"
#include "tls/server_config.hpp"

namespace fairway::proxy::http1 {

namespace {

constexpr std::chrono::seconds kHandshakeTimeout{60};  // nginx: client_header_timeout bounds it too
constexpr std::chrono::seconds kLingerTotal{30};       // nginx: lingering_time
constexpr std::chrono::seconds kLingerSilence{5};      // nginx: lingering_timeout
constexpr std::uint64_t kMaxLingerBytes = 8 * 1024 * 1024;

constexpr std::string_view kPlainHttpAnswer =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: 250\r\nConnection: close\r\n\r\n"
    "<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS port</title></head>\r\n"
    "<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n"
    "<center>The plain HTTP request was sent to HTTPS port</center>\r\n"
    "<hr><center>fairway</center>\r\n</body>\r\n</html>\r\n";

std::string_view request_line(const RequestHead& head) {
    constexpr std::size_t kVersion = std::string_view(" HTTP/1.1").size();
    const char* const begin = head.method_text.data();
    return {begin, static_cast<std::size_t>(head.target.data() + head.target.size() - begin) + kVersion};
}

std::string_view first_line(std::string_view head) { return head.substr(0, head.find_first_of("\r\n")); }

}  // namespace

Session::Session(WorkerContext& worker, int fd, ConnectionFacts facts, std::function<void(Session&)> on_end)
    : worker_(worker), connection_(worker.reactor, fd, true), facts_(std::move(facts)), on_end_(std::move(on_end)) {
    ++worker_.counters.active;
}

Session::~Session() {
    root_ = io::Task<void>{};  // frames first: they refer to the connection
    if (exchange_) end_exchange();
    if (state_) set_state(State::waiting), --worker_.counters.waiting;
    --worker_.counters.active;
}

void Session::start() {
    root_ = run();
    root_.start();
}

void Session::drain() {
    if (state_ == State::waiting) connection_.source().cancel_reader();
}

// The one net under everything a session does (style: exceptions do not cross the data path).
io::Task<void> Session::run() {
    try {
        co_await serve();
    } catch (const std::exception& error) {
        log::error("session.failed", {{"client", facts_.peer_text}, {"reason", error.what()}});
        connection_.reset_on_close();
    }
    on_end_(*this);
}

io::Task<void> Session::serve() {
    if (facts_.tls) {
        if (!co_await tls_handshake()) co_return;
    }
    for (;;) {
        if (!co_await await_request()) {
            if (facts_.tls) connection_.shutdown_write();  // RFC 8446 section 6.1: close_notify before the end
            co_return;
        }
        const bool again = co_await serve_request();
        end_exchange();
        if (!again) break;
    }
    co_await linger();
}

io::Task<bool> Session::tls_handshake() {
    const SnapshotRef snapshot = worker_.snapshot;  // its certificates are needed until the end of the handshake
    set_state(State::reading);
    io::SslPtr ssl(snapshot->tls->new_session());
    if (!ssl) co_return false;
    const auto done = co_await connection_.handshake(std::move(ssl), kHandshakeTimeout);
    if (done.status != io::IoStatus::ok) {
        ++worker_.counters.tls_handshake_failures;
        if (done.status == io::IoStatus::plain_http) co_await refuse_plain_http();
        co_return false;
    }
    SSL* session = connection_.ssl();
    ++worker_.counters.tls_handshakes;
    if (SSL_session_reused(session) != 0) ++worker_.counters.tls_resumed;
    facts_.tls_protocol = SSL_get_version(session);
    facts_.tls_cipher = SSL_get_cipher_name(session);
    if (const char* name = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name)) facts_.server_name = name;
    co_return true;
}

// As nginx (its status 497): whoever typed http:// for the TLS port is told so, in the clear.
io::Task<void> Session::refuse_plain_http() {
    ++worker_.counters.bad_requests;
    std::array<iovec, 1> answer{{{const_cast<char*>(kPlainHttpAnswer.data()), kPlainHttpAnswer.size()}}};
    const auto sent = co_await connection_.write_all(answer, worker_.snapshot->settings->downstream.send_timeout);
    if (sent.status == io::IoStatus::ok) co_await linger();
}

// Waits, without a buffer, until a request begins. False: the connection is over.
io::Task<bool> Session::await_request() {
    if (!input_.empty()) co_return true;  // pipelined
    input_.release();
    const bool first = requests_ == 0;
    if (!first && worker_.draining) co_return false;
    set_state(first ? State::reading : State::waiting);
    const auto& limits = worker_.snapshot->settings->downstream;
    if (!connection_.has_input()) {
        const auto woken = co_await connection_.wait_input(first ? limits.header_timeout : limits.keep_alive);
        if (woken.status != io::IoStatus::ok) co_return false;
    }
    co_return true;
}

// Reads the head of the next request into exchange_->request. HeadError::incomplete: the client left before it was there.
io::Task<HeadError> Session::read_head() {
    HeadLimits limits;
    limits.max_target_bytes = limits.max_line_bytes = settings().max_header_line_bytes;
    limits.max_head_bytes = settings().max_header_bytes;
    const FieldNameRules names{settings().underscores_in_headers, settings().ignore_invalid_headers};
    const io::TimePoint deadline = worker_.reactor.now() + settings().header_timeout;
    std::size_t scanned = 0;
    for (;;) {
        if (!input_.empty()) {
            const HeadResult parsed = parse_request_head(input_.bytes(), scanned, limits, names, exchange_->request);
            if (parsed.error == HeadError::none) {
                exchange_->record.request_bytes = parsed.consumed;
                exchange_->head_buffer = input_.detach_front(parsed.consumed, worker_.buffers);
                exchange_->record.request_line = request_line(exchange_->request);
                co_return HeadError::none;
            }
            if (parsed.error != HeadError::incomplete) {
                exchange_->record.request_line = first_line(input_.bytes());
                co_return parsed.error;
            }
        }
        if (!make_room()) co_return HeadError::head_too_long;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - worker_.reactor.now());
        const auto got =
            co_await connection_.read_some(input_.free_space(), std::max(left, std::chrono::milliseconds(1)));
        if (got.status == io::IoStatus::timeout && !input_.empty()) exchange_->record.status = 408;
        if (got.status != io::IoStatus::ok) co_return HeadError::incomplete;
        input_.received(got.bytes);
    }
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
    exchange_->record.connection = &facts_;
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
    set_state(State::reading);
    const HeadError error = co_await read_head();
    set_state(State::writing);
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
        log::debug("request.refused", {{"client", facts_.peer_text}, {"status", status}, {"reason", to_text(error)}});
    exchange_->request = RequestHead{.keep_alive = false, .fields = std::move(exchange_->request.fields)};
    exchange_->request.fields.clear();
    body_.start(connection_, input_, worker_.buffers, Framing::none, 0, {});
    co_await send_own_answer(*this, *exchange_, status);
    write_record();
}

void Session::write_record() {
    RequestRecord& record = exchange_->record;
    record.took = io::Reactor::exact_now() - record.started;
    record.request_bytes += body_.bytes_read();
    worker_.finish_request(*exchange_);
}

// RFC 9112 section 9.6: closing with unread bytes would reset the connection and lose the answer on its way.
io::Task<void> Session::linger() {
    if (broken_) co_return;
    set_state(State::writing);
    connection_.shutdown_write();
    const io::TimePoint end = worker_.reactor.now() + kLingerTotal;
    std::uint64_t discarded = 0;
    io::Buffer waste;
    while (worker_.reactor.now() < end && discarded < kMaxLingerBytes) {
        if (!waste) waste = worker_.buffers.small();
        const auto got = connection_.try_read(waste.span());
        discarded += got.bytes;
        if (got.status == io::IoStatus::ok) continue;
        if (got.status != io::IoStatus::would_block) co_return;
        waste = io::Buffer{};
        // The socket, not has_input(): that is true for half a TLS record too, with which nothing can be done.
        const io::Wake why =
            co_await io::readable(connection_.source(), worker_.draining ? std::chrono::seconds(1) : kLingerSilence);
        if (why != io::Wake::ready) co_return;
    }
}

void Session::set_state(State state) {
    const auto counter = [this](State of) -> std::uint64_t& {
        switch (of) {
            case State::reading: return worker_.counters.reading;
            case State::writing: return worker_.counters.writing;
            case State::waiting: break;
        }
        return worker_.counters.waiting;
    };
    if (state_) --counter(*state_);
    state_ = state;
    ++counter(state);
}

}  // namespace fairway::proxy::http1
