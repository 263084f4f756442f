// Session as a DownstreamStream: the body of the request that is served, and its response.
#include "proxy/http1/chunked.hpp"
#include "proxy/http1/response_head_writer.hpp"
#include "proxy/http1/session.hpp"

namespace fairway::proxy::http1 {

namespace {

// A body of up to so many bytes leaves in one piece with its head: the copy costs less than a second piece in sendmsg(2).
constexpr std::size_t kMaxCopied = 2048;
constexpr std::uint64_t kMaxDiscardAtHand = 256 * 1024;  // of a body nobody wants, before the connection is given up

iovec piece(std::string_view text) { return {const_cast<char*>(text.data()), text.size()}; }

}  // namespace

BodyPieces Session::poll_body() {
    BodyPieces body = body_.poll();
    if (max_body_bytes_ != 0 && body_.bytes_read() > max_body_bytes_) body.status = BodyStatus::too_large;
    return body;
}

io::Task<BodyPieces> Session::read_body(std::chrono::milliseconds timeout) {
    for (;;) {
        const BodyPieces body = poll_body();
        if (body.status != BodyStatus::need_input) co_return body;
        if (head().expect_continue && !continue_sent_ && !response_begun_) {
            if (!send_continue()) co_return BodyPieces{BodyStatus::truncated};
        }
        const io::Wake why = co_await io::readable(connection_.source(), timeout);
        if (why == io::Wake::timeout) co_return BodyPieces{BodyStatus::timeout};
        if (why != io::Wake::ready) co_return BodyPieces{BodyStatus::truncated};
    }
}

// Never waits, since the response may be about to be written on the same connection. A client that takes not even this
// line reads none of its answers; it may send the body all the same.
bool Session::send_continue() {
    continue_sent_ = true;
    const std::array<iovec, 1> line{piece(kContinue)};
    const auto sent = connection_.try_write(line);
    return sent.status == io::IoStatus::would_block ||
           (sent.status == io::IoStatus::ok && sent.bytes == kContinue.size());
}

io::Task<io::IoResult> Session::send_interim(const ResponseHead& interim) {
    if (head().version == Version::http_1_0) co_return io::IoResult{};
    OutBuffer& out = exchange_->downstream_head;
    out.clear();
    write_interim_head(out, interim, {.settings = *exchange_->snapshot->settings});
    std::array<iovec, 1> pieces{piece(out.view())};
    co_return co_await connection_.write_all(pieces, settings().send_timeout);
}

bool Session::may_keep_alive(const ResponseStart& start) {
    const auto& limits = settings();
    if (start.close || worker_.draining || !head().keep_alive || limits.keep_alive.count() == 0) return false;
    if (requests_ >= limits.keep_alive_requests) return false;
    if (start.upstream != nullptr) return true;
    // An answer of our own may come before the request's body; a small rest is thrown away, a large one ends the connection.
    return discard_body_at_hand();
}

// True when the whole body has been taken off the connection, so that the next request can be found.
bool Session::discard_body_at_hand() {
    if (head().expect_continue && !continue_sent_ && !body_.complete()) return false;
    std::uint64_t discarded = 0;
    while (!body_.complete() && discarded <= kMaxDiscardAtHand) {
        const BodyPieces waste = body_.poll();
        if (waste.status != BodyStatus::data) break;
        discarded += waste.bytes;
    }
    return body_.complete();
}

void Session::begin_response(const ResponseStart& start) {
    response_begun_ = true;
    exchange_->record.status = start.status;
    response_framing_ = start.framing;
    if (start.status == 101) {
        tunnel_ = true;
        body_.start(connection_, input_, worker_.buffers, Framing::until_close, 0, {});
        max_body_bytes_ = 0;
    } else {
        keep_alive_ = may_keep_alive(start);
        if (start.framing == Framing::chunked && head().version == Version::http_1_0) {
            response_framing_ = Framing::until_close;
            keep_alive_ = false;
        }
    }
    OutBuffer& out = exchange_->downstream_head;
    out.clear();
    const auto persistence = keep_alive_ ? DownstreamPersistence::keep_alive : DownstreamPersistence::close;
    const ResponseFraming framing{head().version, response_framing_, start.content_length, persistence};
    const ResponseFieldRules rules{.settings = *exchange_->snapshot->settings,
                                   .edits = &exchange_->response_edits,
                                   .date = worker_.date(),
                                   .tls = downstream_.facts.tls,
                                   .trailers_follow = response_framing_ == Framing::chunked};
    if (start.upstream != nullptr)
        write_response_head(out, *start.upstream, rules, framing);
    else
        write_response_head(out, OwnResponse{start.status, start.content_type, start.location}, rules, framing);
    if (tunnel_) response_framing_ = Framing::until_close;
    if (head().method == Method::head) response_framing_ = Framing::none;
}

// One write: the head if it is still to be sent, the body, and what frames it.
io::Task<io::IoResult> Session::send_body(std::span<const iovec> body, bool last, const FieldList* trailers) {
    OutBuffer& out = exchange_->downstream_head;
    const std::size_t head_bytes = response_head_sent_ ? 0 : out.size();
    if (response_head_sent_) out.clear();
    response_head_sent_ = true;
    std::size_t body_bytes = 0;
    for (const iovec& run : body) body_bytes += run.iov_len;
    if (response_framing_ == Framing::none || body_bytes == 0) body = {};

    const bool chunked = response_framing_ == Framing::chunked;
    std::array<char, 20> chunk_size;
    const bool has_chunk = chunked && !body.empty();
    if (has_chunk) out.append(chunk_head(body_bytes, chunk_size));
    if (!out.empty() && body_bytes <= kMaxCopied) {
        for (const iovec& run : body) out.append({static_cast<const char*>(run.iov_base), run.iov_len});
        body = {};
    }
    const std::size_t before_body = out.size();
    if (has_chunk) out.append("\r\n");
    if (chunked && last) {
        out.append("0\r\n");
        write_trailers(out, trailers != nullptr ? *trailers : FieldList{});
    }
    Pieces pieces;
    FAIRWAY_ASSERT(body.size() + 2 <= pieces.size(), "a body comes in at most 16 pieces");
    std::size_t count = 0;
    const std::string_view ours = out.view();
    const std::size_t ahead = body.empty() ? ours.size() : before_body;
    if (ahead > 0) pieces[count++] = piece(ours.substr(0, ahead));
    for (const iovec& run : body) pieces[count++] = run;
    if (ahead < ours.size()) pieces[count++] = piece(ours.substr(ahead));

    std::span<iovec> left(pieces.data(), count);
    const io::IoResult sent = connection_.write_now(left);
    if (sent.status != io::IoStatus::would_block) return sent_body(sent, head_bytes, last);
    return send_rest(pieces, count, sent.bytes, head_bytes, last);
}

// What has been written of the pieces is cut off them.
io::Task<io::IoResult> Session::send_rest(Pieces pieces, std::size_t count, std::size_t written, std::size_t head_bytes,
                                          bool last) {
    io::IoResult sent = co_await connection_.write_all({pieces.data(), count}, settings().send_timeout);
    sent.bytes += written;
    co_return sent_body(sent, head_bytes, last);
}

io::IoResult Session::sent_body(const io::IoResult& sent, std::size_t head_bytes, bool last) {
    exchange_->record.bytes_sent += sent.bytes;
    exchange_->record.body_bytes_sent += sent.bytes - std::min(sent.bytes, head_bytes);
    if (sent.status != io::IoStatus::ok) broken_ = true;
    if (last && sent.status == io::IoStatus::ok) {
        response_complete_ = true;
        if (tunnel_) connection_.shutdown_write();
    }
    return sent;
}

void Session::fail_response() {
    broken_ = true;
    // Where the end of the connection is the end of the body, only a reset tells the client that something is missing.
    if (response_framing_ == Framing::until_close) connection_.reset_on_close();
}

}  // namespace fairway::proxy::http1
