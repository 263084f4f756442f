#include "proxy/http2/response_assembler.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "proxy/http/byte_class.hpp"
#include "proxy/http1/head_parser.hpp"
#include "proxy/http2/connection_fields.hpp"
#include "proxy/io/grow_buffer.hpp"

namespace fairway::proxy::http2 {

void ResponseAssembler::begin(std::size_t max_bytes) {
    buffer_ = buffers_.small();
    size_ = 0;
    max_bytes_ = std::min(max_bytes, io::BufferPool::kLarge);
    refused_ = false;
}

void ResponseAssembler::add(std::string_view name, std::string_view value) {
    if (refused_) return;
    if (name.starts_with(':')) {
        refused_ = name != ":status" || size_ != 0;
        if (!refused_) add_status(value);
        return;
    }
    const bool token = std::ranges::all_of(name, [](char c) { return name_byte(c) != name_none; });
    refused_ = size_ == 0 || name.empty() || !token || is_connection_specific(field_id(name)) ||
               !std::ranges::all_of(value, is_value_byte);
    for (const std::string_view part : {name, std::string_view(": "), value, std::string_view("\r\n")}) write(part);
}

void ResponseAssembler::add_status(std::string_view value) {
    refused_ = value.size() != 3 || !std::ranges::all_of(value, ascii::is_digit);
    for (const std::string_view part : {std::string_view("HTTP/1.1 "), value, std::string_view("\r\n")}) write(part);
}

void ResponseAssembler::write(std::string_view text) {
    refused_ = refused_ || size_ + text.size() > max_bytes_;
    if (refused_) return;
    io::append(buffer_, size_, text, buffers_);
}

ResponseText ResponseAssembler::finish(bool end_stream) {
    write("\r\n");
    ResponseText text{std::move(buffer_), refused_ ? 0 : size_, end_stream};
    if (refused_) text.buffer = io::Buffer{};
    return text;
}

bool parse_response(const ResponseText& text, std::size_t max_bytes, Method request_method, ResponseHead& head) {
    http1::HeadLimits limits;
    limits.max_line_bytes = limits.max_head_bytes = max_bytes;
    std::size_t scanned = 0;
    const auto parsed =
        http1::parse_response_head({text.buffer.data(), text.size}, scanned, limits, request_method, head);
    // RFC 9113 section 8.6: HTTP/2 has no 101.
    if (parsed.error != http1::HeadError::none || parsed.consumed != text.size || head.status == 101) return false;
    head.version = Version::http_2;
    if (head.framing == Framing::until_close) head.framing = Framing::chunked;
    if (!text.end_stream || head.framing == Framing::none) return true;
    // The end has come with the head: gRPC clients must see that, and HTTP/1 clients the length.
    if (head.content_length != 0) return false;
    head.framing = Framing::none;
    head.has_content_length = true;
    return true;
}

}  // namespace fairway::proxy::http2
