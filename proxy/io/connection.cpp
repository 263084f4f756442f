#include "proxy/io/connection.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "proxy/io/reactor.hpp"
#include "proxy/io/socket_calls.hpp"
#include "proxy/io/tls_bio.hpp"

namespace fairway::proxy::io {

Connection::~Connection() = default;

IoResult Connection::try_read(std::span<char> into) {
    if (ssl_) {
        if (tls_broken_) return {IoStatus::error, 0};
        const int got = tls_read(ssl_.get(), into);
        const IoStatus flushed = flush_ciphertext();
        tls_starved_ = false;
        if (got > 0) return {IoStatus::ok, static_cast<std::size_t>(got)};
        const IoResult failure = flushed == IoStatus::error ? IoResult{IoStatus::error, 0} : tls_failure(got);
        tls_starved_ = failure.status == IoStatus::would_block;
        return failure;
    }
    while (source_.readable()) {
        const ssize_t got = receive(source_.fd(), into);
        if (got > 0) {
            if (static_cast<std::size_t>(got) < into.size()) source_.mark_drained();
            return {IoStatus::ok, static_cast<std::size_t>(got)};
        }
        if (got == 0) return {IoStatus::end, 0};
        if (errno == EINTR) continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) return {IoStatus::error, 0};
        source_.mark_drained();
        if (source_.readable()) return {IoStatus::error, 0};  // hung up, yet nothing to read: broken
    }
    return {IoStatus::would_block, 0};
}

IoResult Connection::try_write(std::span<const iovec> pieces) {
    return ssl_ ? try_write_tls(pieces) : try_write_plain(pieces);
}

IoResult Connection::try_write_plain(std::span<const iovec> pieces) {
    std::size_t wanted = 0;
    for (const iovec& piece : pieces) wanted += piece.iov_len;
    while (source_.writable()) {
        const ssize_t sent = send_pieces(source_.fd(), pieces);
        if (sent >= 0) {
            if (static_cast<std::size_t>(sent) < wanted) source_.mark_full();
            return {IoStatus::ok, static_cast<std::size_t>(sent)};
        }
        if (errno == EINTR) continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) return {IoStatus::error, 0};
        source_.mark_full();
    }
    return {IoStatus::would_block, 0};
}

IoResult Connection::try_write_tls(std::span<const iovec> pieces) {
    if (tls_broken_) return {IoStatus::error, 0};
    const IoStatus before = flush_ciphertext();
    if (before != IoStatus::ok) return {before, 0};
    const TlsWritten written = tls_write(ssl_.get(), pieces, kMaxCiphertextPerWrite);
    const IoStatus after = flush_ciphertext();
    if (after == IoStatus::error) return {IoStatus::error, 0};
    // What TLS took counts as written even when the socket took only part of it: the rest is in unsent_ciphertext_.
    if (written.bytes > 0 || written.result > 0) return {IoStatus::ok, written.bytes};
    return tls_failure(written.result);
}

// Sends what TLS produced since the last flush, behind what was left over before.
IoStatus Connection::flush_ciphertext() {
    std::span<const char> fresh = tls_scratch();
    while (!unsent_ciphertext_.empty() || !fresh.empty()) {
        iovec pieces[2] = {{unsent_ciphertext_.data(), unsent_ciphertext_.size()},
                           {const_cast<char*>(fresh.data()), fresh.size()}};
        const IoResult sent = try_write_plain(pieces);
        if (sent.status != IoStatus::ok) {
            unsent_ciphertext_.insert(unsent_ciphertext_.end(), fresh.begin(), fresh.end());
            clear_tls_scratch();
            return sent.status;
        }
        const std::size_t old = std::min(sent.bytes, unsent_ciphertext_.size());
        unsent_ciphertext_.erase(unsent_ciphertext_.begin(),
                                 unsent_ciphertext_.begin() + static_cast<std::ptrdiff_t>(old));
        fresh = fresh.subspan(sent.bytes - old);
    }
    clear_tls_scratch();
    if (unsent_ciphertext_.capacity() != 0) std::vector<char>().swap(unsent_ciphertext_);
    return IoStatus::ok;
}

IoResult Connection::tls_failure(int result) {
    const TlsWant want = tls_want(ssl_.get(), result);
    if (want == TlsWant::read) return {IoStatus::would_block, 0};
    if (want == TlsWant::end) return {IoStatus::end, 0};
    if (want == TlsWant::plain_http) return {IoStatus::plain_http, 0};
    tls_broken_ = true;  // OpenSSL: no further I/O after a fatal error
    tls_alert_ = tls_received_alert();
    return {IoStatus::error, 0};
}

bool Connection::has_input() const noexcept {
    return source_.readable() || (ssl_ && !tls_starved_ && tls_has_pending(ssl_.get()));
}

IoResult Connection::write_now(std::span<iovec>& pieces) {
    std::size_t total = 0;
    for (;;) {
        while (!pieces.empty() && pieces.front().iov_len == 0) pieces = pieces.subspan(1);
        if (pieces.empty() && unsent_ciphertext_.empty()) return {IoStatus::ok, total};

        IoResult sent = pieces.empty() ? IoResult{flush_ciphertext(), 0} : try_write(pieces);
        if (sent.status != IoStatus::ok) return {sent.status, total};
        total += sent.bytes;
        for (iovec& piece : pieces) {
            const std::size_t part = std::min(sent.bytes, piece.iov_len);
            piece.iov_base = static_cast<char*>(piece.iov_base) + part;
            piece.iov_len -= part;
            sent.bytes -= part;
        }
    }
}

Task<IoResult> Connection::write_all(std::span<iovec> pieces, std::chrono::milliseconds timeout) {
    const IoResult sent = write_now(pieces);
    if (sent.status != IoStatus::would_block) return sent;
    return write_rest(pieces, sent.bytes, timeout);
}

Task<IoResult> Connection::write_rest(std::span<iovec> pieces, std::size_t written, std::chrono::milliseconds timeout) {
    for (;;) {
        const Wake why = co_await writable(source_, timeout);
        if (why == Wake::timeout) co_return IoResult{IoStatus::timeout, written};
        if (why == Wake::cancelled) co_return IoResult{IoStatus::cancelled, written};
        const IoResult sent = write_now(pieces);
        written += sent.bytes;
        if (sent.status != IoStatus::would_block) co_return IoResult{sent.status, written};
    }
}

Task<IoResult> Connection::handshake(SslPtr ssl, std::chrono::milliseconds timeout) {
    ssl_ = std::move(ssl);
    attach_tls_bio(ssl_.get(), source_);
    const TimePoint deadline = source_.reactor().now() + timeout;
    for (;;) {
        const int result = tls_handshake(ssl_.get());
        const IoStatus flushed = flush_ciphertext();
        if (flushed == IoStatus::error) co_return IoResult{IoStatus::error, 0};
        if (result == 1 && flushed == IoStatus::ok) co_return IoResult{};
        if (result != 1) {
            const IoResult failure = tls_failure(result);
            if (failure.status == IoStatus::plain_http) {
                ssl_.reset();
                co_return failure;
            }
            if (failure.status != IoStatus::would_block) co_return IoResult{IoStatus::error, 0};
        }
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - source_.reactor().now());
        if (left.count() <= 0) co_return IoResult{IoStatus::timeout, 0};
        const bool wants_write = flushed == IoStatus::would_block;
        const auto direction = wants_write ? WaitAwaiter::For::write : WaitAwaiter::For::read;
        WaitAwaiter waiting(source_, direction, left);
        const Wake why = co_await waiting;
        if (why == Wake::timeout) co_return IoResult{IoStatus::timeout, 0};
        if (why == Wake::cancelled) co_return IoResult{IoStatus::cancelled, 0};
    }
}

void Connection::shutdown_write() noexcept {
    if (ssl_ && !tls_broken_) {
        tls_close_notify(ssl_.get());
        flush_ciphertext();
    }
    ::shutdown(source_.fd(), SHUT_WR);
}

void Connection::reset_on_close() noexcept {
    const linger hard{.l_onoff = 1, .l_linger = 0};
    setsockopt(source_.fd(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

}  // namespace fairway::proxy::io
