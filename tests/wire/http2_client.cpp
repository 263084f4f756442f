#include "wire/http2_client.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace fairway::wire {

namespace {

Http2Client& client_of(void* self) { return *static_cast<Http2Client*>(self); }

nghttp2_nv field_of(const std::pair<std::string, std::string>& field) {
    return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(field.first.data())),
            reinterpret_cast<std::uint8_t*>(const_cast<char*>(field.second.data())), field.first.size(),
            field.second.size(), NGHTTP2_NV_FLAG_NONE};
}

std::string text(const std::uint8_t* bytes, std::size_t size) { return {reinterpret_cast<const char*>(bytes), size}; }

}  // namespace

std::string Http2Client::Answer::field(std::string_view name) const {
    const auto found =
        std::find_if(fields.begin(), fields.end(), [&](const auto& field) { return field.first == name; });
    return found == fields.end() ? "" : found->second;
}

nghttp2_session_callbacks* Http2Client::callbacks() {
    nghttp2_session_callbacks* made = nullptr;
    nghttp2_session_callbacks_new(&made);
    nghttp2_session_callbacks_set_on_header_callback(
        made, [](nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
                 const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* self) {
            Answer& answer = client_of(self).answers_[frame->hd.stream_id];
            const bool interim = answer.status().starts_with("1");
            const bool trailers = !answer.fields.empty() && !interim && frame->headers.cat == NGHTTP2_HCAT_HEADERS;
            if (interim && text(name, name_size) == ":status") answer.fields.clear();
            (trailers ? answer.trailers : answer.fields).emplace_back(text(name, name_size), text(value, value_size));
            return 0;
        });
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, [](nghttp2_session*, std::uint8_t,
                                                                       std::int32_t stream, const std::uint8_t* data,
                                                                       std::size_t size, void* self) {
        client_of(self).answers_[stream].body += text(data, size);
        if (client_of(self).consumes) client_of(self).consume(stream, size);
        return 0;
    });
    nghttp2_session_callbacks_set_on_frame_recv_callback(
        made, [](nghttp2_session*, const nghttp2_frame* frame, void* self) {
            Http2Client& client = client_of(self);
            const bool carries_end = frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS;
            if (carries_end && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0)
                client.answers_[frame->hd.stream_id].ended = true;
            if (frame->hd.type == NGHTTP2_RST_STREAM)
                client.answers_[frame->hd.stream_id].reset = frame->rst_stream.error_code;
            if (frame->hd.type == NGHTTP2_GOAWAY) client.goaway = frame->goaway.error_code;
            return 0;
        });
    nghttp2_session_callbacks_set_on_stream_close_callback(
        made, [](nghttp2_session*, std::int32_t stream, std::uint32_t, void* self) {
            client_of(self).outgoing_[stream].closed = true;
            return 0;
        });
    return made;
}

Http2Client::Http2Client(std::uint16_t port, std::uint32_t window) : socket_(Socket::connect(port)) {
    nghttp2_option* option = nullptr;
    nghttp2_option_new(&option);
    nghttp2_option_set_no_http_messaging(option, 1);
    nghttp2_option_set_no_auto_window_update(option, 1);
    nghttp2_session_callbacks* const made = callbacks();
    nghttp2_session_client_new2(&h2_, made, this, option);
    nghttp2_session_callbacks_del(made);
    nghttp2_option_del(option);
    const nghttp2_settings_entry entry{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, window};
    nghttp2_submit_settings(h2_, NGHTTP2_FLAG_NONE, &entry, 1);
    flush();
}

Http2Client::~Http2Client() { nghttp2_session_del(h2_); }

void Http2Client::flush() {
    const std::uint8_t* bytes = nullptr;
    for (ssize_t size; (size = nghttp2_session_mem_send(h2_, &bytes)) > 0;)
        socket_.send({reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)});
}

bool Http2Client::receive(std::chrono::milliseconds limit) {
    if (closed) return false;
    if (!socket_.wait_readable(limit)) return true;
    char buffer[65536];
    const auto got = recv(socket_.fd(), buffer, sizeof buffer, 0);
    closed = got <= 0;
    if (closed) return false;
    nghttp2_session_mem_recv(h2_, reinterpret_cast<const std::uint8_t*>(buffer), static_cast<std::size_t>(got));
    flush();
    return true;
}

bool Http2Client::until(const std::function<bool()>& fact) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!fact()) {
        if (!receive(std::chrono::milliseconds(100)) || std::chrono::steady_clock::now() > deadline) {
            ADD_FAILURE() << (closed ? "the connection ended" : "nothing more came") << "; GOAWAY "
                          << goaway.value_or(0);
            return false;
        }
    }
    return true;
}

std::uint32_t Http2Client::setting_of_server(nghttp2_settings_id id) {
    return nghttp2_session_get_remote_settings(h2_, id);
}

ssize_t Http2Client::read(nghttp2_session* h2, std::int32_t stream, std::uint8_t* into, std::size_t room,
                          std::uint32_t* flags, nghttp2_data_source*, void* self) {
    Outgoing& outgoing = client_of(self).outgoing_[stream];
    const std::size_t size = std::min(room, outgoing.bytes.size());
    std::memcpy(into, outgoing.bytes.data(), size);
    outgoing.bytes.erase(0, size);
    if (outgoing.bytes.empty() && outgoing.last) *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (outgoing.bytes.empty() && outgoing.trailers) {
        *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
        std::vector<nghttp2_nv> fields;
        for (const auto& field : *outgoing.trailers) fields.push_back(field_of(field));
        nghttp2_submit_trailer(h2, stream, fields.data(), fields.size());
        outgoing.last = true;
    }
    outgoing.deferred = size == 0 && !outgoing.last;
    return outgoing.deferred ? static_cast<ssize_t>(NGHTTP2_ERR_DEFERRED) : static_cast<ssize_t>(size);
}

std::int32_t Http2Client::request(const Fields& head, End end) {
    std::vector<nghttp2_nv> fields;
    for (const auto& field : head) fields.push_back(field_of(field));
    nghttp2_data_provider body{};
    body.read_callback = &Http2Client::read;
    const auto stream =
        nghttp2_submit_request(h2_, nullptr, fields.data(), fields.size(), end == End::yes ? nullptr : &body, nullptr);
    flush();
    return stream;
}

std::size_t Http2Client::send_at_most(std::int32_t stream, std::string_view bytes) {
    Outgoing& outgoing = outgoing_[stream];
    outgoing.bytes += bytes;
    nghttp2_session_resume_data(h2_, stream);
    flush();
    return outgoing.bytes.size();
}

bool Http2Client::drained(std::int32_t stream) {
    const Outgoing& outgoing = outgoing_[stream];
    return outgoing.bytes.empty() || outgoing.closed;
}

void Http2Client::send(std::int32_t stream, std::string_view bytes, End end) {
    outgoing_[stream].last = end == End::yes;
    send_at_most(stream, bytes);
    until([&] { return drained(stream); });
}

void Http2Client::send_trailers(std::int32_t stream, const Fields& trailers) {
    outgoing_[stream].trailers = trailers;
    send_at_most(stream, "");
}

void Http2Client::reset(std::int32_t stream, std::uint32_t error_code) {
    nghttp2_submit_rst_stream(h2_, NGHTTP2_FLAG_NONE, stream, error_code);
    flush();
}

Http2Client::Answer& Http2Client::head_of(std::int32_t stream) {
    Answer& answer = answers_[stream];
    until([&] { return (!answer.fields.empty() && !answer.status().starts_with("1")) || answer.reset; });
    return answer;
}

Http2Client::Answer& Http2Client::whole(std::int32_t stream) {
    Answer& answer = answers_[stream];
    until([&] { return answer.ended || answer.reset; });
    return answer;
}

std::string Http2Client::body(std::int32_t stream, std::size_t bytes) {
    Answer& answer = answers_[stream];
    until([&] { return answer.body.size() >= bytes || answer.ended || answer.reset; });
    std::string taken = answer.body.substr(0, bytes);
    answer.body.erase(0, bytes);
    return taken;
}

void Http2Client::consume(std::int32_t stream, std::size_t bytes) {
    nghttp2_session_consume(h2_, stream, bytes);
    flush();
}

}  // namespace fairway::wire
