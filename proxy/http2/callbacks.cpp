#include "proxy/http2/callbacks.hpp"

#include <new>

#include "proxy/http2/session.hpp"

namespace fairway::proxy::http2 {

namespace {

constexpr std::size_t kFrameHeader = 9;  // bytes

Session& session_of(void* user_data) { return *static_cast<Session*>(user_data); }

Stream* stream_of(nghttp2_session* h2, std::int32_t id) {
    return static_cast<Stream*>(nghttp2_session_get_stream_user_data(h2, id));
}

std::string_view text(const std::uint8_t* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
}

int on_begin_frame(nghttp2_session*, const nghttp2_frame_hd* header, void* user_data) {
    if (header->type == NGHTTP2_HEADERS) session_of(user_data).headers_frame_begins(header->stream_id);
    return 0;
}

int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
    session_of(user_data).begin_headers(*frame);
    return 0;
}

int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
              const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user_data) {
    session_of(user_data).add_header(*frame, text(name, name_size), text(value, value_size));
    return 0;
}

// A field that RFC 9113 section 8.2.1 does not allow makes the request malformed: no field is dropped in silence.
int on_invalid_header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t*, std::size_t, const std::uint8_t*,
                      std::size_t, std::uint8_t, void*) {
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
}

int on_frame_recv(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
    session_of(user_data).frame_received(*frame);
    return 0;
}

int on_data_chunk(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data, std::size_t size,
                  void* user_data) {
    session_of(user_data).data_received(id, text(data, size));
    return 0;
}

int on_stream_close(nghttp2_session*, std::int32_t id, std::uint32_t, void* user_data) {
    session_of(user_data).stream_closed(id);
    return 0;
}

int on_frame_send(nghttp2_session* h2, const nghttp2_frame* frame, void*) {
    if (frame->hd.stream_id == 0) return 0;
    Stream* const stream = stream_of(h2, frame->hd.stream_id);
    if (stream == nullptr) return 0;
    stream->frame_sent(kFrameHeader + frame->hd.length);
    const bool ends = frame->hd.type == NGHTTP2_HEADERS && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (ends) stream->ended_by_head();
    return 0;
}

int on_send_data(nghttp2_session*, nghttp2_frame*, const std::uint8_t* frame_header, std::size_t length,
                 nghttp2_data_source* source, void* user_data) {
    session_of(user_data).data_leaves();
    session_of(user_data).output().append(text(frame_header, kFrameHeader));
    static_cast<Stream*>(source->ptr)->queue_data(length);
    return 0;
}

nghttp2_session_callbacks* make_callbacks() {
    nghttp2_session_callbacks* callbacks = nullptr;
    if (nghttp2_session_callbacks_new(&callbacks) != 0) throw std::bad_alloc();
    nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, on_begin_frame);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks, on_invalid_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame_recv);
    // What is in a frame that nobody knows is skipped; Session::frame_received() counts them.
    nghttp2_session_callbacks_set_unpack_extension_callback(
        callbacks, [](nghttp2_session*, void**, const nghttp2_frame_hd*, void*) { return 0; });
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data_chunk);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, on_frame_send);
    nghttp2_session_callbacks_set_send_data_callback(callbacks, on_send_data);
    return callbacks;
}

nghttp2_option* make_options() {
    nghttp2_option* options = nullptr;
    if (nghttp2_option_new(&options) != 0) throw std::bad_alloc();
    nghttp2_option_set_no_auto_window_update(options, 1);  // windows open when the endpoint has taken the bytes
    // Clients that do not know RFC 9218 are judged by RFC 7540's rules for priorities and closed streams.
    nghttp2_option_set_server_fallback_rfc7540_priorities(options, 1);
    for (unsigned type = NGHTTP2_CONTINUATION + 1; type <= 0xff; ++type)  // else nghttp2 keeps them to itself
        nghttp2_option_set_user_recv_extension_type(options, static_cast<std::uint8_t>(type));
    return options;
}

}  // namespace

const nghttp2_session_callbacks& session_callbacks() {
    static const nghttp2_session_callbacks* const callbacks = make_callbacks();  // lives as long as the process
    return *callbacks;
}

const nghttp2_option& session_options() {
    static const nghttp2_option* const options = make_options();
    return *options;
}

ssize_t read_response_body(nghttp2_session*, std::int32_t, std::uint8_t*, std::size_t length, std::uint32_t* flags,
                           nghttp2_data_source* source, void*) {
    return static_cast<Stream*>(source->ptr)->next_data(length, *flags);
}

}  // namespace fairway::proxy::http2
