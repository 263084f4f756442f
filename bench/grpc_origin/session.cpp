#include "grpc_origin/session.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <new>

namespace fairway::bench {

namespace {

// Five bytes of prefix (not compressed, 64 bytes follow) and the message.
constexpr auto kMessage = [] {
    std::array<char, GrpcSession::kAnswer> message{};
    message[4] = static_cast<char>(GrpcSession::kAnswer - 5);
    for (std::size_t i = 5; i < message.size(); ++i) message[i] = 'm';
    return message;
}();

nghttp2_nv field(const char* name, const char* value) {
    const auto bytes = [](const char* text) { return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text)); };
    return {bytes(name), bytes(value), std::strlen(name), std::strlen(value),
            NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE};
}

ssize_t read_message(nghttp2_session* h2, std::int32_t stream, std::uint8_t* into, std::size_t, std::uint32_t* flags,
                     nghttp2_data_source*, void*) {
    std::memcpy(into, kMessage.data(), kMessage.size());
    *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
    static const nghttp2_nv status = field("grpc-status", "0");
    nghttp2_submit_trailer(h2, stream, &status, 1);
    return static_cast<ssize_t>(kMessage.size());
}

int on_frame(nghttp2_session* h2, const nghttp2_frame* frame, void*) {
    const bool may_end = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
    if (!may_end || (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
    static const std::array<nghttp2_nv, 2> head = {field(":status", "200"), field("content-type", "application/grpc")};
    nghttp2_data_provider body{};
    body.read_callback = read_message;
    return nghttp2_submit_response(h2, frame->hd.stream_id, head.data(), head.size(), &body);
}

const nghttp2_session_callbacks* callbacks() {
    static nghttp2_session_callbacks* const made = [] {
        nghttp2_session_callbacks* fresh = nullptr;
        if (nghttp2_session_callbacks_new(&fresh) != 0) throw std::bad_alloc();
        nghttp2_session_callbacks_set_on_frame_recv_callback(fresh, on_frame);
        return fresh;
    }();
    return made;
}

}  // namespace

GrpcSession::GrpcSession(Fd socket) : socket_(std::move(socket)) {
    nghttp2_session* h2 = nullptr;
    if (nghttp2_session_server_new(&h2, callbacks(), nullptr) != 0) throw std::bad_alloc();
    h2_.reset(h2);
    const nghttp2_settings_entry streams = {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 128};
    nghttp2_submit_settings(h2, NGHTTP2_FLAG_NONE, &streams, 1);
}

bool GrpcSession::on_ready(Poller& poller, std::span<char> scratch) {
    for (;;) {
        const auto got = recv(fd(), scratch.data(), scratch.size(), 0);
        if (got == 0) return false;
        if (got < 0) {
            if (errno != EAGAIN) return false;
            break;
        }
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(scratch.data());
        if (nghttp2_session_mem_recv(h2_.get(), bytes, static_cast<std::size_t>(got)) < 0) return false;
        if (static_cast<std::size_t>(got) < scratch.size()) break;
    }
    return flush(poller);
}

bool GrpcSession::flush(Poller& poller) {
    const std::uint8_t* bytes = nullptr;
    for (ssize_t size; (size = nghttp2_session_mem_send(h2_.get(), &bytes)) != 0;) {
        if (size < 0) return false;
        out_.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    }
    if (!out_.empty()) {
        const auto sent = send(fd(), out_.data(), out_.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) return false;
        if (sent > 0) out_.erase(0, static_cast<std::size_t>(sent));
    }
    if (waits_for_room_ != !out_.empty()) {
        waits_for_room_ = !out_.empty();
        poller.change(fd(), EPOLLIN | (waits_for_room_ ? static_cast<std::uint32_t>(EPOLLOUT) : 0U), this);
    }
    return true;
}

}  // namespace fairway::bench
