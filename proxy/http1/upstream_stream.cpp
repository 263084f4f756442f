#include "proxy/http1/upstream_stream.hpp"

#include <sys/socket.h>

#include <cerrno>

#include "proxy/http1/chunked.hpp"
#include "proxy/http1/request_head_writer.hpp"
#include "proxy/http1/response_head_writer.hpp"
#include "routing/policy/upstream_http.hpp"

namespace fairway::proxy::http1 {

namespace {

constexpr std::string_view kLastChunk = "0\r\n\r\n";

/// What an endpoint closes on its own account after the response.
bool closes(const routing::UpstreamHttp& http) noexcept {
    using Connection = routing::UpstreamHttp::Connection;
    return http.connection == Connection::close || (http.http_1_0 && http.connection != Connection::keep_alive);
}

iovec piece(std::string_view text) { return {const_cast<char*>(text.data()), text.size()}; }

}  // namespace

void UpstreamStream::begin(std::unique_ptr<UpstreamConnection> connection, bool reused) {
    connection_ = std::move(connection);
    ++connection_->requests;
    reused_ = reused;
    response_seen_ = false;
    keep_alive_ = false;
    tunnel_ = false;
    head_scanned_ = 0;
}

void UpstreamStream::abandon() noexcept {
    connection_.reset();
    window_.consume(window_.bytes().size());
    window_.release();
}

void UpstreamStream::finish() {
    // Another request may follow when the response is complete, nothing came behind it, and both sides are willing.
    const bool reusable = keep_alive_ && !asked_to_close_ && body_.complete() && window_.empty();
    auto connection = std::move(connection_);
    connection->large_responses = body_.bytes_read() > io::BufferPool::kSmall;
    abandon();
    if (reusable) pool_.give_back(std::move(connection), keepalive_);
}

bool UpstreamStream::still_open() noexcept {
    if (io().source().hangup().happened()) return false;
    char byte;
    const ssize_t got = recv(io().source().fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

// --- The request ---

// As one chunk, if the body is chunked. Returns the number of pieces then in use.
std::size_t UpstreamStream::add_body(std::size_t count, std::span<const iovec> body) {
    std::size_t bytes = 0;
    for (const iovec& run : body) bytes += run.iov_len;
    if (bytes == 0) return count;
    if (chunked_) pieces_[count++] = piece(chunk_head(bytes, chunk_size_));
    for (const iovec& run : body) pieces_[count++] = run;
    if (chunked_) pieces_[count++] = piece("\r\n");
    return count;
}

io::Task<io::IoResult> UpstreamStream::send_request(const UpstreamRequest& request, std::span<const iovec> body,
                                                    bool last, std::chrono::milliseconds timeout) {
    const auto persistence = keepalive_.connections == 0 ? UpstreamPersistence::close : UpstreamPersistence::keep_alive;
    head_text_.clear();
    write_request_head(head_text_, request, persistence);
    chunked_ = request.framing() == Framing::chunked;
    asked_to_close_ = request.http != nullptr && closes(*request.http);
    pieces_[0] = piece(head_text_.view());
    std::size_t count = add_body(1, body);
    if (chunked_ && last) pieces_[count++] = piece(kLastChunk);
    return io().write_all({pieces_.data(), count}, timeout);
}

io::Task<io::IoResult> UpstreamStream::send_head_text(std::chrono::milliseconds timeout) {
    chunked_ = false;
    pieces_[0] = piece(head_text_.view());
    return io().write_all({pieces_.data(), 1}, timeout);
}

io::Task<io::IoResult> UpstreamStream::send_body(std::span<const iovec> body, bool last, const FieldList* trailers,
                                                 std::chrono::milliseconds timeout) {
    std::size_t count = add_body(0, body);
    if (chunked_ && last) {
        head_text_.clear();  // the head has left; its memory serves the end of the body
        head_text_.append("0\r\n");
        write_trailers(head_text_, *trailers);
        pieces_[count++] = piece(head_text_.view());
    }
    if (tunnel_ && last) io().shutdown_write();
    return io().write_all({pieces_.data(), count}, timeout);
}

void UpstreamStream::cut_request() noexcept {
    if (!tunnel_) io().reset_on_close();  // the endpoint must not take what it got for the whole
    io().source().cancel_writer();
}

// --- The response ---

HeadStatus UpstreamStream::poll_head(Method request_method, ResponseHead& head) {
    for (;;) {
        if (!window_.empty()) {
            const HeadResult parsed =
                parse_response_head(window_.bytes(), head_scanned_, limits_, request_method, head);
            if (parsed.error == HeadError::none) {
                window_.consume(parsed.consumed);
                head_scanned_ = 0;
                return HeadStatus::complete;
            }
            if (parsed.error != HeadError::incomplete) return HeadStatus::invalid;
        }
        if (!io().has_input()) return HeadStatus::need_input;  // no buffer while the endpoint thinks
        if (!window_.has_buffer())
            window_.move_to(connection_->large_responses ? buffers_.for_body() : buffers_.small());
        if (window_.free_space().empty() && window_.capacity() < io::BufferPool::kLarge)
            window_.move_to(buffers_.large());
        const auto space = window_.free_space();
        if (space.empty()) return HeadStatus::invalid;
        const io::IoResult read = io().try_read(space);
        if (read.status == io::IoStatus::would_block) return HeadStatus::need_input;
        if (read.status != io::IoStatus::ok) return HeadStatus::closed;
        window_.received(read.bytes);
        response_seen_ = true;
    }
}

void UpstreamStream::begin_body(const ResponseHead& head) {
    keep_alive_ = head.keep_alive;
    tunnel_ = head.status == 101;
    if (tunnel_) chunked_ = false;
    // After 101 everything is the tunnel's, up to the end of the connection.
    const Framing framing = tunnel_ ? Framing::until_close : head.framing;
    body_.start(io(), window_, buffers_, framing, head.content_length, limits_);
}

}  // namespace fairway::proxy::http1
