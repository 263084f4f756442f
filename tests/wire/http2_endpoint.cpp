#include "wire/http2_endpoint.hpp"

#include <fcntl.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

namespace fairway::wire {

namespace {

std::string_view text(const std::uint8_t* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
}

std::vector<nghttp2_nv> name_values(const Http2Fields& fields) {
    const auto bytes = [](const std::string& text) {
        return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));  // nghttp2 reads only
    };
    std::vector<nghttp2_nv> list;
    for (const auto& [name, value] : fields)
        list.push_back({bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
    return list;
}

}  // namespace

std::string field_of(const Http2Fields& fields, std::string_view name) {
    const auto found = std::ranges::find(fields, name, &Http2Fields::value_type::first);
    return found == fields.end() ? std::string() : found->second;
}

bool has_field(const Http2Fields& fields, std::string_view name) {
    return std::ranges::find(fields, name, &Http2Fields::value_type::first) != fields.end();
}

/// What nghttp2 tells, noted in the endpoint.
struct Http2EndpointCallbacks {
    static Http2Endpoint& of(void* user_data) { return *static_cast<Http2Endpoint*>(user_data); }

    static int header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
                      const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user_data) {
        Http2Request& request = of(user_data).requests_[frame->hd.stream_id];
        Http2Fields& fields = request.head_complete ? request.trailers : request.fields;
        fields.emplace_back(text(name, name_size), text(value, value_size));
        return 0;
    }

    static int frame(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
        Http2Endpoint& endpoint = of(user_data);
        const bool acknowledges = (frame->hd.flags & NGHTTP2_FLAG_ACK) != 0;
        const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
        const std::int32_t id = frame->hd.stream_id;
        switch (frame->hd.type) {
            case NGHTTP2_HEADERS:
                if (!std::exchange(endpoint.requests_[id].head_complete, true)) {
                    endpoint.waiting_.push_back(id);
                    ++endpoint.heads_seen_;
                }
                endpoint.requests_[id].ended |= ends;
                break;
            case NGHTTP2_DATA: endpoint.requests_[id].ended |= ends; break;
            case NGHTTP2_RST_STREAM: endpoint.requests_[id].reset = frame->rst_stream.error_code; break;
            case NGHTTP2_PING: endpoint.pings_ += acknowledges ? 0 : 1; break;
            case NGHTTP2_SETTINGS: endpoint.settings_acknowledged_ |= acknowledges; break;
            case NGHTTP2_GOAWAY:
                endpoint.goaway_ = true;
                endpoint.goaway_error_ = frame->goaway.error_code;
                break;
            default: break;
        }
        return 0;
    }

    static int data(nghttp2_session* session, std::uint8_t, std::int32_t stream, const std::uint8_t* bytes,
                    std::size_t size, void* user_data) {
        of(user_data).requests_[stream].body += text(bytes, size);
        if (of(user_data).open_windows_) nghttp2_session_consume(session, stream, size);
        return 0;
    }

    static int stream_closed(nghttp2_session*, std::int32_t stream, std::uint32_t, void* user_data) {
        of(user_data).requests_[stream].closed = true;
        return 0;
    }

    static ssize_t read_answer(nghttp2_session* session, std::int32_t stream, std::uint8_t* into, std::size_t room,
                               std::uint32_t* flags, nghttp2_data_source* source, void*) {
        auto& answer = *static_cast<Http2Endpoint::Answer*>(source->ptr);
        const std::size_t size = std::min(room, answer.data.size() - answer.sent);
        std::copy_n(answer.data.data() + answer.sent, size, into);
        answer.sent += size;
        if (answer.sent < answer.data.size()) return static_cast<ssize_t>(size);
        if (answer.trailers) {
            *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
            const auto list = name_values(*answer.trailers);
            nghttp2_submit_trailer(session, stream, list.data(), list.size());
        } else if (answer.end) {
            *flags |= NGHTTP2_DATA_FLAG_EOF;
        } else if (size == 0) {
            return NGHTTP2_ERR_DEFERRED;
        }
        return static_cast<ssize_t>(size);
    }
};

Http2Endpoint::Http2Endpoint(Socket socket, const Http2EndpointOptions& options)
    : socket_(std::move(socket)), open_windows_(options.open_windows) {
    fcntl(socket_.fd(), F_SETFL, O_NONBLOCK);
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, Http2EndpointCallbacks::header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, Http2EndpointCallbacks::frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, Http2EndpointCallbacks::data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Http2EndpointCallbacks::stream_closed);
    nghttp2_option* settings = nullptr;
    nghttp2_option_new(&settings);
    nghttp2_option_set_no_auto_window_update(settings, 1);
    EXPECT_EQ(nghttp2_session_server_new2(&session_, callbacks, this, settings), 0);
    nghttp2_option_del(settings);
    nghttp2_session_callbacks_del(callbacks);
    if (options.tls != nullptr) accept_tls(options.tls);
    send_settings(options.settings);
}

Http2Endpoint::~Http2Endpoint() { nghttp2_session_del(session_); }

// --- What the proxy sent ---

bool Http2Endpoint::has_request() {
    poll();
    return !waiting_.empty();
}

std::int32_t Http2Endpoint::next_request() {
    if (!wait([this] { return !waiting_.empty(); })) {
        ADD_FAILURE() << "the proxy sent no request";
        return 0;
    }
    const std::int32_t stream = waiting_.front();
    waiting_.erase(waiting_.begin());
    return stream;
}

std::int32_t Http2Endpoint::next_whole_request() {
    const std::int32_t stream = next_request();
    EXPECT_TRUE(wait_for_end(stream)) << "the request did not end";
    return stream;
}

bool Http2Endpoint::wait_for_body(std::int32_t stream, std::size_t bytes) {
    return wait([&] { return requests_[stream].body.size() >= bytes; });
}

bool Http2Endpoint::wait_for_end(std::int32_t stream) {
    return wait([&] { return requests_[stream].ended; });
}

std::uint32_t Http2Endpoint::wait_for_reset(std::int32_t stream) {
    EXPECT_TRUE(wait([&] { return requests_[stream].reset.has_value(); })) << "the proxy did not reset the stream";
    return requests_[stream].reset.value_or(NGHTTP2_NO_ERROR);
}

bool Http2Endpoint::wait_for_ping() {
    return wait([this] { return pings_ > 0; });
}

bool Http2Endpoint::wait_for_goodbye() {
    return wait([this] { return goaway_ || closed_; });
}

bool Http2Endpoint::wait_for_settings_ack() {
    return wait([this] { return settings_acknowledged_; });
}

std::uint32_t Http2Endpoint::proxy_setting(nghttp2_settings_id id) {
    return nghttp2_session_get_remote_settings(session_, id);
}

// --- Answers ---

void Http2Endpoint::submit_head(std::int32_t stream, std::string_view status, const Http2Fields& fields,
                                bool data_follows) {
    Http2Fields all{{":status", std::string(status)}};
    all.insert(all.end(), fields.begin(), fields.end());
    const auto list = name_values(all);
    if (status.starts_with('1')) {
        nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, stream, nullptr, list.data(), list.size(), nullptr);
        return;
    }
    nghttp2_data_provider body{};
    body.source.ptr = &answers_[stream];
    body.read_callback = Http2EndpointCallbacks::read_answer;
    nghttp2_submit_response(session_, stream, list.data(), list.size(), data_follows ? &body : nullptr);
}

void Http2Endpoint::answer(std::int32_t stream, int status, std::string_view body, const Http2Fields& fields) {
    answers_[stream].data = body;
    answers_[stream].end = true;
    submit_head(stream, std::to_string(status), fields, true);
    poll();
}

void Http2Endpoint::send_head(std::int32_t stream, int status, const Http2Fields& fields, End end) {
    submit_head(stream, std::to_string(status), fields, end == End::no);
    poll();
}

void Http2Endpoint::send_interim(std::int32_t stream, int status, const Http2Fields& fields) {
    submit_head(stream, std::to_string(status), fields, false);
    poll();
}

void Http2Endpoint::send_data(std::int32_t stream, std::string_view bytes, End end) {
    answers_[stream].data += bytes;
    answers_[stream].end = end == End::yes;
    nghttp2_session_resume_data(session_, stream);
    poll();
}

void Http2Endpoint::send_trailers(std::int32_t stream, const Http2Fields& trailers) {
    answers_[stream].trailers = trailers;
    nghttp2_session_resume_data(session_, stream);
    poll();
}

void Http2Endpoint::reset(std::int32_t stream, std::uint32_t error_code) {
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream, error_code);
    poll();
}

void Http2Endpoint::goaway(std::int32_t last_stream, std::uint32_t error_code) {
    nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, last_stream, error_code, nullptr, 0);
    poll();
}

void Http2Endpoint::send_settings(const std::vector<nghttp2_settings_entry>& entries) {
    settings_acknowledged_ = false;
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, entries.data(), entries.size());
    poll();
}

void Http2Endpoint::ping() {
    nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr);
    poll();
}

void Http2Endpoint::take(std::int32_t stream, std::size_t bytes) {
    nghttp2_session_consume(session_, stream, bytes);
    poll();
}

std::size_t Http2Endpoint::unsent(std::int32_t stream) const {
    const auto found = answers_.find(stream);
    return found == answers_.end() ? 0 : found->second.data.size() - found->second.sent;
}

void Http2Endpoint::send_frame(std::uint8_t type, std::uint8_t flags, std::int32_t stream, std::string_view payload) {
    const auto size = static_cast<std::uint32_t>(payload.size());
    const auto id = static_cast<std::uint32_t>(stream);
    const std::array<std::uint32_t, 9> header = {size >> 16, size >> 8, size,    type, flags,
                                                 id >> 24,   id >> 16,  id >> 8, id};
    gather();  // behind what was said before
    for (const std::uint32_t byte : header) outgoing_ += static_cast<char>(byte & 0xff);
    outgoing_ += payload;
    flush();
}

void Http2Endpoint::send_raw_head(std::int32_t stream, const Http2Fields& fields, End end) {
    std::string block;  // RFC 7541 section 6.2.2: literals without indexing, new names, no Huffman code
    const auto add = [&block](const std::string& literal) {
        if (literal.size() < 127) {
            block += static_cast<char>(literal.size());
        } else {  // section 5.1
            block += static_cast<char>(127);
            std::size_t rest = literal.size() - 127;
            for (; rest >= 128; rest /= 128) block += static_cast<char>(rest % 128 + 128);
            block += static_cast<char>(rest);
        }
        block += literal;
    };
    for (const auto& [name, value] : fields) {
        block += '\0';
        add(name);
        add(value);
    }
    const int flags = NGHTTP2_FLAG_END_HEADERS | (end == End::yes ? NGHTTP2_FLAG_END_STREAM : 0);
    send_frame(NGHTTP2_HEADERS, static_cast<std::uint8_t>(flags), stream, block);
}

void Http2Endpoint::send_bytes(std::string_view bytes) {
    gather();
    outgoing_ += bytes;
    flush();
}

void Http2Endpoint::close() {
    closed_ = true;
    socket_.close();
}

void Http2Endpoint::break_off() {
    closed_ = true;
    socket_.reset();
}

// --- The connection ---

bool Http2Endpoint::wait(const std::function<bool()>& fact) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
        poll();
        if (fact()) return true;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        if (closed_ || left.count() <= 0) return false;
        receive(left);
    }
}

void Http2Endpoint::wait_until_quiet(std::chrono::milliseconds span) {
    poll();
    while (receive(span)) poll();
}

void Http2Endpoint::poll() {
    receive(std::chrono::milliseconds(0));
    gather();
    flush();
}

bool Http2Endpoint::wait_for_socket(short events, std::chrono::milliseconds limit) {
    if (ssl_ && (events & POLLIN) != 0 && SSL_pending(ssl_.get()) > 0) return true;
    pollfd entry{socket_.fd(), events, 0};
    return ::poll(&entry, 1, static_cast<int>(limit.count())) == 1;
}

bool Http2Endpoint::receive(std::chrono::milliseconds limit) {
    std::array<char, 65536> buffer;
    // Waiting for input, it is also ready to send what the socket did not take.
    const auto events = static_cast<short>(POLLIN | (outgoing_.empty() ? 0 : POLLOUT));
    if (closed_ || !wait_for_socket(events, limit)) return false;
    for (;;) {
        const auto got = read(buffer);
        if (got < 0) return true;
        closed_ = got == 0;
        if (closed_) return true;
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(buffer.data());
        if (nghttp2_session_mem_recv(session_, bytes, static_cast<std::size_t>(got)) < 0) return true;
        gather();
        flush();
    }
}

// 0: the connection has ended; less: nothing there.
std::ptrdiff_t Http2Endpoint::read(std::span<char> into) {
    if (ssl_) {
        ERR_clear_error();
        const int got = SSL_read(ssl_.get(), into.data(), static_cast<int>(into.size()));
        if (got > 0) return got;
        return SSL_get_error(ssl_.get(), got) == SSL_ERROR_WANT_READ ? -1 : 0;
    }
    const auto got = recv(socket_.fd(), into.data(), into.size(), 0);
    if (got >= 0) return got;
    return errno == EAGAIN || errno == EWOULDBLOCK ? -1 : 0;
}

std::ptrdiff_t Http2Endpoint::write(std::string_view bytes) {
    if (!ssl_) return ::send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    ERR_clear_error();
    return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 14)));
}

void Http2Endpoint::gather() {
    for (;;) {
        const std::uint8_t* bytes = nullptr;
        const auto size = nghttp2_session_mem_send(session_, &bytes);
        if (size <= 0) return;
        outgoing_ += text(bytes, static_cast<std::size_t>(size));
    }
}

void Http2Endpoint::flush() {
    while (!closed_ && !outgoing_.empty()) {
        const auto sent = write(outgoing_);
        if (sent <= 0) return;  // the socket is full, or the proxy is gone: reading tells
        outgoing_.erase(0, static_cast<std::size_t>(sent));
    }
}

void Http2Endpoint::accept_tls(SSL_CTX* context) {
    ssl_.reset(SSL_new(context));
    SSL_set_mode(ssl_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_set_fd(ssl_.get(), socket_.fd());
    for (;;) {
        ERR_clear_error();
        const int result = SSL_accept(ssl_.get());
        if (result == 1) return;
        const bool waits = SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ;
        if (waits && wait_for_socket(POLLIN, kPatience)) continue;
        ADD_FAILURE() << "the proxy did not complete the TLS handshake";
        closed_ = true;
        return;
    }
}

}  // namespace fairway::wire
