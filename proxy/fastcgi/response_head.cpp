#include "proxy/fastcgi/response_head.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/ascii.hpp"
#include "proxy/io/grow_buffer.hpp"

namespace fairway::proxy::fastcgi {

namespace {

constexpr std::string_view kStatusLine = "HTTP/1.1 200\r\n";
constexpr std::size_t kStatusAt = 9;
constexpr std::string_view kStatus = "status";

/// "404" or "404 Not Found".
bool is_final_status(std::string_view text) noexcept {
    const bool digits = text.size() >= 3 && std::ranges::all_of(text.substr(0, 3), ascii::is_digit);
    return digits && text[0] >= '2' && (text.size() == 3 || text[3] == ' ');
}

/// The digits that belong into the status line; nothing: there is a status, and it is none.
std::optional<std::string_view> status_of(std::string_view lines) noexcept {
    std::string_view status;
    bool redirects = false;
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find('\r'));
        lines.remove_prefix(std::min(lines.size(), line.size() + 2));
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        const std::string_view name = line.substr(0, colon);
        if (ascii::iequals(name, "location")) redirects = true;
        if (!ascii::iequals(name, kStatus)) continue;
        const std::string_view value = ascii::trim(line.substr(colon + 1));
        if (!status.empty() || !is_final_status(value)) return std::nullopt;
        status = value.substr(0, 3);
    }
    if (status.empty()) status = redirects ? "302" : "200";
    return status;
}

/// Takes the field Status out; what stood behind its digits is the reason.
void take_status_field(ResponseHead& head) {
    const auto field =
        std::ranges::find_if(head.fields, [](const Field& f) { return ascii::iequals(f.name, kStatus); });
    if (field == head.fields.end()) return;
    if (field->value.size() > 4) head.reason = ascii::trim(field->value.substr(4));
    head.fields.erase(field);
}

}  // namespace

void ResponseHeadReader::begin(const http1::HeadLimits& limits) {
    limits_ = limits;
    limits_.max_head_bytes = std::min(limits.max_head_bytes, io::BufferPool::kLarge);
    buffer_ = io::Buffer{};
}

void ResponseHeadReader::begin_text() {
    buffer_ = buffers_.small();
    std::memcpy(buffer_.data(), kStatusLine.data(), kStatusLine.size());
    line_ = size_ = kStatusLine.size();
}

ResponseHeadReader::Taken ResponseHeadReader::take(std::string_view output) {
    if (!buffer_) begin_text();
    for (std::size_t at = 0; at < output.size();) {
        const auto end = output.find('\n', at);
        if (!append(output.substr(at, end - at))) return {Progress::too_large, at};
        if (end == std::string_view::npos) break;
        at = end + 1;
        if (size_ > line_ && buffer_.data()[size_ - 1] == '\r') --size_;
        const bool last = size_ == line_;
        if (!append("\r\n")) return {Progress::too_large, at};
        if (last) return {Progress::complete, at};
        line_ = size_;
    }
    return {Progress::incomplete, output.size()};
}

bool ResponseHeadReader::append(std::string_view text) {
    if (size_ + text.size() > limits_.max_head_bytes) return false;
    io::append(buffer_, size_, text, buffers_);
    return true;
}

bool ResponseHeadReader::parse(Method request_method, ResponseHead& head) {
    const auto status = status_of(text().substr(kStatusLine.size()));
    if (!status) return false;
    std::ranges::copy(*status, buffer_.data() + kStatusAt);
    std::size_t scanned = 0;
    const auto parsed = http1::parse_response_head(text(), scanned, limits_, request_method, head);
    if (parsed.error != http1::HeadError::none || parsed.consumed != size_) return false;
    take_status_field(head);
    if (head.framing == Framing::until_close) head.framing = Framing::chunked;
    return true;
}

}  // namespace fairway::proxy::fastcgi
