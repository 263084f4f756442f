#include "proxy/http2/request_assembler.hpp"

#include <algorithm>
#include <cstring>

#include "base/ascii.hpp"
#include "proxy/http/byte_class.hpp"
#include "proxy/http2/connection_fields.hpp"
#include "proxy/io/grow_buffer.hpp"
#include "proxy/upgrade.hpp"

namespace fairway::proxy::http2 {

using http1::HeadError;

namespace {

constexpr std::string_view kVersion = " HTTP/1.1";
constexpr std::string_view kShownVersion = " HTTP/2.0";
constexpr std::string_view kWebSocketKey = "sec-websocket-key";

void reuse(std::string& text) {
    constexpr std::size_t kKept = 256;
    if (text.capacity() > kKept) text = std::string();
    text.clear();
}

bool has_expectation(const RequestHead& head) noexcept {
    return std::ranges::any_of(head.fields, [](const Field& field) { return field.id == FieldId::expect; });
}

}  // namespace

void RequestAssembler::begin(std::size_t max_bytes) {
    buffer_ = buffers_.small();
    size_ = 0;
    max_bytes_ = std::min(max_bytes, io::BufferPool::kLarge);
    error_ = HeadError::none;
    line_written_ = trailers_accepted_ = has_scheme_ = extended_connect_ = false;
    for (auto* text : {&method_, &protocol_, &path_, &authority_, &host_, &cookie_}) reuse(*text);
}

void RequestAssembler::refuse(HeadError error) noexcept {
    if (error_ == HeadError::none) error_ = error;
}

void RequestAssembler::add(std::string_view name, std::string_view value) {
    if (error_ != HeadError::none) return;
    if (name.starts_with(':')) return add_pseudo(name, value);
    if (!line_written_) write_request_line();
    const auto id = field_id(name);
    if (is_connection_specific(id)) return refuse(HeadError::bad_field_name);
    if (id == FieldId::host) return add_host(value);
    if (id == FieldId::cookie) return add_cookie(value);
    if (extended_connect_ && id == FieldId::content_length) return refuse(HeadError::bad_content_length);
    if (extended_connect_ && ascii::iequals(name, kWebSocketKey)) return;
    if (id == FieldId::te) {
        if (!ascii::iequals(value, "trailers")) return refuse(HeadError::bad_field_value);
        trailers_accepted_ = true;
        return;
    }
    write_field(name, value);
}

void RequestAssembler::add_pseudo(std::string_view name, std::string_view value) {
    if (line_written_) return refuse(HeadError::bad_field_name);
    std::string* const into = name == ":method"      ? &method_
                              : name == ":protocol"  ? &protocol_
                              : name == ":path"      ? &path_
                              : name == ":authority" ? &authority_
                                                     : nullptr;
    if (into == nullptr) {
        if (name != ":scheme") refuse(HeadError::bad_field_name);
        has_scheme_ = true;
        return;
    }
    // Each of them ends up on a line of its own or in the request line: nothing may end that early.
    if (!into->empty() || value.empty() || !std::ranges::all_of(value, is_target_byte))
        return refuse(HeadError::bad_request_line);
    if (value.size() > max_bytes_) return refuse(HeadError::target_too_long);
    *into = value;
}

// RFC 9113 section 8.3.1: Host may be there as well, but must not say something else.
void RequestAssembler::add_host(std::string_view value) {
    if (!host_.empty() || value.empty()) return refuse(HeadError::bad_host);
    host_ = value;
    if (!authority_.empty() && !ascii::iequals(authority_, host_)) refuse(HeadError::bad_host);
}

// RFC 9113 section 8.2.3: crumbs become one field again.
void RequestAssembler::add_cookie(std::string_view crumb) {
    if (cookie_.size() + crumb.size() > max_bytes_) return refuse(HeadError::head_too_long);
    if (!cookie_.empty()) cookie_ += "; ";
    cookie_ += crumb;
}

void RequestAssembler::write_request_line() {
    line_written_ = true;
    if (method_.empty() || path_.empty()) return refuse(HeadError::bad_request_line);
    if (!protocol_.empty()) {
        if (const auto error = judge_connect(); error != HeadError::none) return refuse(error);
        extended_connect_ = true;
        method_ = "GET";
    }
    write(method_);
    write(" ");
    write(path_);
    write(kVersion);
    write("\r\n");
}

// RFC 8441 section 4: every pseudo-header is there. What other protocols want to be in HTTP/1 is not known.
HeadError RequestAssembler::judge_connect() const {
    if (method_ != "CONNECT" || !has_scheme_ || authority_.empty()) return HeadError::bad_request_line;
    return ascii::iequals(protocol_, "websocket") ? HeadError::none : HeadError::unknown_protocol;
}

void RequestAssembler::write_handshake() {
    const auto key = make_websocket_key();
    write_field("upgrade", "websocket");
    write_field("connection", "upgrade");
    write_field(kWebSocketKey, {key.data(), key.size()});
}

void RequestAssembler::write_field(std::string_view name, std::string_view value) {
    const bool token = std::ranges::all_of(name, [](char c) { return name_byte(c) != name_none; });
    if (name.empty() || !token) return refuse(HeadError::bad_field_name);
    if (!std::ranges::all_of(value, is_value_byte)) return refuse(HeadError::bad_field_value);
    write(name);
    write(": ");
    write(value);
    write("\r\n");
}

void RequestAssembler::write(std::string_view text) {
    if (size_ + text.size() > max_bytes_) return refuse(HeadError::head_too_long);
    io::append(buffer_, size_, text, buffers_);
}

AssembledHead RequestAssembler::finish(bool end_stream, const http1::HeadLimits& limits,
                                       const http1::FieldNameRules& names, RequestHead& head) {
    if (error_ == HeadError::none && !line_written_) write_request_line();
    if (error_ == HeadError::none) {
        write_field("host", authority_.empty() ? host_ : authority_);
        if (!cookie_.empty()) write_field("cookie", cookie_);
        if (extended_connect_) write_handshake();
        write("\r\n");
    }
    AssembledHead result{error_, std::move(buffer_), {}};
    if (result.error != HeadError::none) return result;
    std::size_t scanned = 0;
    const auto parsed = parse_request_head({result.buffer.data(), size_}, scanned, limits, names, head);
    result.error = parsed.error == HeadError::incomplete ? HeadError::head_too_long : parsed.error;
    if (result.error != HeadError::none) return result;

    std::memcpy(result.buffer.data() + method_.size() + 1 + path_.size(), kShownVersion.data(), kShownVersion.size());
    result.request_line = {result.buffer.data(), method_.size() + 1 + path_.size() + kShownVersion.size()};
    head.version = Version::http_2;
    head.keep_alive = true;
    head.accepts_trailers = trailers_accepted_;
    if (extended_connect_) {  // no body: what follows belongs to the tunnel
        head.websocket_key = find_field(head.fields, kWebSocketKey);
        return result;
    }
    if (end_stream && head.content_length > 0) result.error = HeadError::bad_content_length;
    if (!end_stream && head.framing == Framing::none) head.framing = Framing::chunked;
    head.expect_continue = !end_stream && has_expectation(head);
    return result;
}

}  // namespace fairway::proxy::http2
