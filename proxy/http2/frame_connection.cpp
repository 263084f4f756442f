#include "proxy/http2/frame_connection.hpp"

namespace fairway::proxy::http2 {

namespace {

constexpr std::size_t kOutputAtOnce = 128 * 1024;  // gathered before the socket is asked to take it

}  // namespace

bool FrameConnection::over() const noexcept {
    return broken_ || (nghttp2_session_want_read(h2_.get()) == 0 && nghttp2_session_want_write(h2_.get()) == 0);
}

void FrameConnection::note(Nuisance kind) {
    if (abuse_.allow(kind, worker_.reactor.now()) || std::exchange(calmed_, true)) return;
    calmed();
    nghttp2_session_terminate_session(h2(), NGHTTP2_ENHANCE_YOUR_CALM);
}

void FrameConnection::trim() noexcept {
    if (!output_.empty() || nghttp2_session_want_write(h2()) != 0) return;
    memory_.trim();
    output_.release();
    fields_.release();
}

void FrameConnection::gather_later() {
    if (!linked() && !broken_) worker_.output.push_back(*this);
}

void FrameConnection::gather() {
    while (output_.pending() < kOutputAtOnce) {
        const std::uint8_t* bytes = nullptr;
        const auto size = nghttp2_session_mem_send(h2(), &bytes);
        if (size <= 0) {
            broken_ = broken_ || size < 0;
#ifndef NDEBUG
            memory_.scribble();
#endif
            return;
        }
        output_.append({reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)});
    }
}

void FrameConnection::flush() {
    while (!waits_for_socket_ && !broken_) {
        gather();
        if (output_.empty()) break;
        std::array<iovec, 64> pieces;
        const auto sent = io_->try_write(output_.front(pieces));
        output_.advance(sent.bytes);
        if (sent.status == io::IoStatus::ok) continue;
        if (sent.status != io::IoStatus::would_block) {
            broken_ = true;
            break;
        }
        waits_for_socket_ = true;
        io_->source().wait_writable(*this, send_timeout_);
    }
    flushed();
    if (broken_ || over()) io_->source().cancel_reader();
}

// The socket takes more, or has taken nothing for too long.
void FrameConnection::wake(io::Wake reason) {
    waits_for_socket_ = false;
    broken_ = broken_ || reason != io::Wake::ready;
    if (broken_)
        io_->source().cancel_reader();
    else
        flush();
}

}  // namespace fairway::proxy::http2
