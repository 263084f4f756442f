#include "proxy/http2/upstream_callbacks.hpp"

#include <new>

#include "proxy/http2/upstream_session.hpp"

namespace fairway::proxy::http2 {

namespace {

constexpr std::size_t kFrameHeader = 9;               // bytes
constexpr std::size_t kMaxRequestHead = 1024 * 1024;  // bytes, compressed; what clients send is bounded long before

UpstreamSession& session_of(void* user_data) { return *static_cast<UpstreamSession*>(user_data); }

std::string_view text(const std::uint8_t* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
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

void mark_invalid(void* user_data, std::int32_t id) {
    if (UpstreamStream* stream = session_of(user_data).find(id)) stream->invalid();
}

// A field that RFC 9113 section 8.2.1 does not allow makes the response malformed: no field is dropped in silence.
int on_invalid_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t*, std::size_t,
                      const std::uint8_t*, std::size_t, std::uint8_t, void* user_data) {
    mark_invalid(user_data, frame->hd.stream_id);
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
}

// nghttp2 resets the stream next.
int on_invalid_frame(nghttp2_session*, const nghttp2_frame* frame, int, void* user_data) {
    mark_invalid(user_data, frame->hd.stream_id);
    return 0;
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

int on_stream_close(nghttp2_session*, std::int32_t id, std::uint32_t error_code, void* user_data) {
    session_of(user_data).stream_closed(id, error_code);
    return 0;
}

// A GOAWAY arrived between the request and its frame, or its head is too large for any frame.
int on_frame_not_send(nghttp2_session* h2, const nghttp2_frame* frame, int error, void*) {
    if (frame->hd.type != NGHTTP2_HEADERS || error != NGHTTP2_ERR_START_STREAM_NOT_ALLOWED) return 0;
    auto* const stream = static_cast<UpstreamStream*>(nghttp2_session_get_stream_user_data(h2, frame->hd.stream_id));
    if (stream != nullptr) stream->not_sent();
    return 0;
}

int on_send_data(nghttp2_session*, nghttp2_frame* frame, const std::uint8_t* frame_header, std::size_t length,
                 nghttp2_data_source*, void* user_data) {
    UpstreamSession& session = session_of(user_data);
    session.data_leaves();
    session.output().append(text(frame_header, kFrameHeader));
    session.find(frame->hd.stream_id)->queue_data(length);  // asked a moment ago, in read_request_body()
    return 0;
}

nghttp2_session_callbacks* make_callbacks() {
    nghttp2_session_callbacks* callbacks = nullptr;
    if (nghttp2_session_callbacks_new(&callbacks) != 0) throw std::bad_alloc();
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks, on_invalid_header);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, on_invalid_frame);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame_recv);
    // What is in a frame that nobody knows is skipped; UpstreamSession::frame_received() counts them.
    nghttp2_session_callbacks_set_unpack_extension_callback(
        callbacks, [](nghttp2_session*, void**, const nghttp2_frame_hd*, void*) { return 0; });
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data_chunk);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
    nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks, on_frame_not_send);
    nghttp2_session_callbacks_set_send_data_callback(callbacks, on_send_data);
    return callbacks;
}

nghttp2_option* make_options() {
    nghttp2_option* options = nullptr;
    if (nghttp2_option_new(&options) != 0) throw std::bad_alloc();
    nghttp2_option_set_no_auto_window_update(options, 1);  // windows open when the client has taken the bytes
    nghttp2_option_set_max_send_header_block_length(options, kMaxRequestHead);
    for (unsigned type = NGHTTP2_CONTINUATION + 1; type <= 0xff; ++type)  // else nghttp2 keeps them to itself
        nghttp2_option_set_user_recv_extension_type(options, static_cast<std::uint8_t>(type));
    return options;
}

}  // namespace

const nghttp2_session_callbacks& upstream_callbacks() {
    static const nghttp2_session_callbacks* const callbacks = make_callbacks();  // lives as long as the process
    return *callbacks;
}

const nghttp2_option& upstream_options() {
    static const nghttp2_option* const options = make_options();
    return *options;
}

ssize_t read_request_body(nghttp2_session* h2, std::int32_t id, std::uint8_t*, std::size_t length, std::uint32_t* flags,
                          nghttp2_data_source*, void*) {
    auto* const stream = static_cast<UpstreamStream*>(nghttp2_session_get_stream_user_data(h2, id));
    if (stream == nullptr) return NGHTTP2_ERR_DEFERRED;  // nobody sends any more: its reset is on the way
    return stream->next_data(length, *flags);
}

}  // namespace fairway::proxy::http2
