#include "proxy/http1/upstream_exchange.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace fairway::proxy::http1 {

void UpstreamExchange::begin(std::unique_ptr<UpstreamConnection> connection, bool reused) {
    connection_ = std::move(connection);
    ++connection_->requests;
    reused_ = reused;
    response_seen_ = false;
    keep_alive_ = false;
    head_scanned_ = 0;
}

void UpstreamExchange::abandon() noexcept {
    connection_.reset();
    window_.consume(window_.bytes().size());
    window_.release();
}

std::unique_ptr<UpstreamConnection> UpstreamExchange::finish() noexcept {
    const bool reusable = connection_ && keep_alive_ && body_.complete() && window_.empty();
    auto connection = std::move(connection_);
    if (connection) connection->large_responses = body_.bytes_read() > io::BufferPool::kSmall;
    abandon();
    return reusable ? std::move(connection) : nullptr;
}

bool UpstreamExchange::still_open() noexcept {
    if (connection().source().hangup().happened()) return false;
    char byte;
    const ssize_t got = recv(connection().source().fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

HeadStatus UpstreamExchange::poll_head(Method request_method, ResponseHead& head) {
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
        if (!connection().has_input()) return HeadStatus::need_input;  // no buffer while the endpoint thinks
        if (!window_.has_buffer())
            window_.move_to(connection_->large_responses ? buffers_.for_body() : buffers_.small());
        if (window_.free_space().empty() && window_.capacity() < io::BufferPool::kLarge)
            window_.move_to(buffers_.large());
        const auto space = window_.free_space();
        if (space.empty()) return HeadStatus::invalid;
        const io::IoResult read = connection().try_read(space);
        if (read.status == io::IoStatus::would_block) return HeadStatus::need_input;
        if (read.status != io::IoStatus::ok) return HeadStatus::closed;
        window_.received(read.bytes);
        response_seen_ = true;
    }
}

void UpstreamExchange::begin_body(const ResponseHead& head) {
    keep_alive_ = head.keep_alive;
    // After 101 everything is the tunnel's, up to the end of the connection.
    const Framing framing = head.status == 101 ? Framing::until_close : head.framing;
    body_.start(connection(), window_, buffers_, framing, head.content_length, limits_);
}

}  // namespace fairway::proxy::http1
