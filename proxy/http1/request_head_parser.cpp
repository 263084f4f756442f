#include <algorithm>
#include <cstring>

#include "base/ascii.hpp"
#include "proxy/http/authority.hpp"
#include "proxy/http1/byte_scan.hpp"
#include "proxy/http1/connection_options.hpp"
#include "proxy/http1/content_length.hpp"
#include "proxy/http1/field_section.hpp"
#include "proxy/http1/head_parser.hpp"
#include "proxy/http1/request_target.hpp"

namespace fairway::proxy::http1 {

namespace {

constexpr std::size_t kMaxMethodBytes = 32;
constexpr int kMaxLeadingEmptyLines = 4;

Method method_of(std::string_view text) noexcept {
    switch (text.size()) {
        case 3:
            if (text == "GET") return Method::get;
            return text == "PUT" ? Method::put : Method::other;
        case 4:
            if (text == "POST") return Method::post;
            if (text == "HEAD") return Method::head;
            return text == "LOCK" ? Method::lock : Method::other;
        case 5:
            if (text == "PATCH") return Method::patch;
            return text == "TRACE" ? Method::trace : Method::other;
        case 6: return text == "DELETE" ? Method::delete_ : Method::other;
        case 7:
            if (text == "OPTIONS") return Method::options;
            return text == "CONNECT" ? Method::connect : Method::other;
        default: return Method::other;
    }
}

/// RFC 9112 section 2.2: robust servers skip an empty line or two that buggy clients send after a body.
HeadError skip_empty_lines(const char*& at, const char* end) noexcept {
    for (int lines = 0; at < end && (*at == '\r' || *at == '\n'); ++lines) {
        if (lines == kMaxLeadingEmptyLines) return HeadError::bad_request_line;
        if (const auto error = take_line_end(at, end); error != HeadError::none) return error;
    }
    return at == end ? HeadError::incomplete : HeadError::none;
}

HeadError take_method(const char*& at, const char* end, RequestHead& head) noexcept {
    const char* const begin = at;
    while (at < end && name_byte(*at) != name_none) ++at;
    const auto size = static_cast<std::size_t>(at - begin);
    if (size > kMaxMethodBytes) return HeadError::bad_method;
    if (at == end) return HeadError::incomplete;
    if (size == 0) return HeadError::bad_method;
    if (*at != ' ') return *at == '\r' || *at == '\n' ? HeadError::bad_request_line : HeadError::bad_method;
    head.method_text = {begin, size};
    head.method = method_of(head.method_text);
    ++at;
    return HeadError::none;
}

HeadError take_target(const char*& at, const char* end, const HeadLimits& limits, RequestHead& head) noexcept {
    const char* const begin = at;
    at = skip_target_bytes(at, end);
    const auto size = static_cast<std::size_t>(at - begin);
    if (size > limits.max_target_bytes) return HeadError::target_too_long;
    if (at == end) return HeadError::incomplete;
    if (*at == '\r' || *at == '\n') return HeadError::bad_request_line;  // HTTP/0.9, or no version
    if (*at != ' ') return HeadError::bad_target;
    if (size == 0) return HeadError::bad_request_line;
    head.target = {begin, size};
    ++at;
    return HeadError::none;
}

HeadError take_version(const char*& at, const char* end, Version& version) noexcept {
    constexpr std::string_view kName = "HTTP/";
    constexpr std::size_t kSize = 8;  // HTTP/1.1
    const auto given = static_cast<std::size_t>(end - at);
    if (std::memcmp(at, kName.data(), std::min(given, kName.size())) != 0) return HeadError::bad_request_line;
    if (given < kSize) return HeadError::incomplete;
    if (!ascii::is_digit(at[5]) || at[6] != '.' || !ascii::is_digit(at[7])) return HeadError::bad_request_line;
    if (at[5] != '1' || at[7] > '1') return HeadError::bad_version;
    version = at[7] == '1' ? Version::http_1_1 : Version::http_1_0;
    at += kSize;
    if (at < end && *at != '\r' && *at != '\n') return HeadError::bad_request_line;
    return take_line_end(at, end);
}

HeadError take_request_line(const char*& at, const char* end, const HeadLimits& limits, RequestHead& head) noexcept {
    if (const auto error = take_method(at, end, head); error != HeadError::none) return error;
    if (const auto error = take_target(at, end, limits, head); error != HeadError::none) return error;
    if (const auto error = take_version(at, end, head.version); error != HeadError::none) return error;
    return parse_request_target(head);
}

/// What the framing and routing fields of a request say, each of which may be there once.
struct RequestFields {
    const Field* host = nullptr;
    const Field* content_length = nullptr;
    const Field* transfer_encoding = nullptr;
    const Field* upgrade = nullptr;
    const Field* te = nullptr;
    bool several_upgrades = false;
    bool expects_continue = false;
};

/// RFC 9112 section 3.2 and 6.3: a repeated Host, Content-Length or Transfer-Encoding is how smuggling begins, so a
/// repetition is refused even where both say the same.
HeadError collect(const RequestHead& head, RequestFields& found) noexcept {
    const auto once = [](const Field*& slot, const Field& field, HeadError error) {
        if (slot != nullptr) return error;
        slot = &field;
        return HeadError::none;
    };
    for (const auto& field : head.fields) {
        auto error = HeadError::none;
        switch (field.id) {
            case FieldId::host: error = once(found.host, field, HeadError::bad_host); break;
            case FieldId::content_length:
                error = once(found.content_length, field, HeadError::bad_content_length);
                break;
            case FieldId::transfer_encoding:
                error = once(found.transfer_encoding, field, HeadError::bad_transfer_encoding);
                break;
            case FieldId::expect:
                // RFC 9110 section 10.1.1: an HTTP/1.0 client cannot expect anything.
                if (head.version == Version::http_1_0) break;
                if (!ascii::iequals(field.value, "100-continue")) error = HeadError::bad_expect;
                found.expects_continue = true;
                break;
            case FieldId::upgrade:
                found.several_upgrades = found.upgrade != nullptr;
                found.upgrade = &field;
                break;
            case FieldId::te: found.te = &field; break;
            default: break;
        }
        if (error != HeadError::none) return error;
    }
    return HeadError::none;
}

HeadError decide_authority(RequestHead& head, const RequestFields& found) noexcept {
    if (found.host == nullptr) return head.version == Version::http_1_1 ? HeadError::bad_host : HeadError::none;
    if (!is_valid_authority(found.host->value)) return HeadError::bad_host;
    // RFC 9112 section 3.2.2: the authority of an absolute-form target replaces Host.
    if (head.authority.empty()) head.authority = found.host->value;
    return HeadError::none;
}

/// RFC 9112 section 6.3, with every case that it calls an error or leaves to the recipient refused.
HeadError decide_framing(RequestHead& head, const RequestFields& found) noexcept {
    if (found.transfer_encoding != nullptr) {
        if (found.content_length != nullptr) return HeadError::length_conflict;
        if (head.version == Version::http_1_0 || !ascii::iequals(found.transfer_encoding->value, "chunked"))
            return HeadError::bad_transfer_encoding;
        head.framing = Framing::chunked;
    } else if (found.content_length != nullptr) {
        const auto length = parse_content_length(found.content_length->value);
        if (!length) return HeadError::bad_content_length;
        head.framing = Framing::content_length;
        head.content_length = *length;
    }
    return HeadError::none;
}

/// True when the list names h2c: forwarding it would let a client open an HTTP/2 tunnel past every rule for requests.
bool asks_for_h2c(std::string_view upgrade) noexcept {
    while (!upgrade.empty()) {
        const auto comma = upgrade.find(',');
        if (ascii::iequals(ascii::trim(upgrade.substr(0, comma)), "h2c")) return true;
        if (comma == std::string_view::npos) break;
        upgrade.remove_prefix(comma + 1);
    }
    return false;
}

HeadError decide_connection(RequestHead& head, const RequestFields& found, bool has_connection) noexcept {
    ConnectionOptions options;
    if (has_connection) options = apply_connection_options(head.fields);
    if (options.too_many) return HeadError::bad_field_value;
    const bool is_1_1 = head.version == Version::http_1_1;
    head.keep_alive = !options.close && (is_1_1 || options.keep_alive);
    if (is_1_1 && options.upgrade && found.upgrade != nullptr && !found.several_upgrades &&
        !asks_for_h2c(found.upgrade->value))
        head.upgrade = found.upgrade->value;
    head.accepts_trailers = is_1_1 && options.te && found.te != nullptr && ascii::iequals(found.te->value, "trailers");
    return HeadError::none;
}

HeadError judge_fields(RequestHead& head, SeenFields seen) noexcept {
    RequestFields found;
    if (const auto error = collect(head, found); error != HeadError::none) return error;
    if (const auto error = decide_authority(head, found); error != HeadError::none) return error;
    if (const auto error = decide_framing(head, found); error != HeadError::none) return error;
    const bool has_body = head.framing == Framing::chunked || head.content_length > 0;
    head.expect_continue = found.expects_continue && has_body;
    return decide_connection(head, found, seen.has(FieldId::connection));
}

NameFilter filter_of(const FieldNameRules& names) noexcept {
    if (!names.ignore_invalid) return NameFilter::keep_all;
    return names.underscores ? NameFilter::drop_unusual : NameFilter::drop_unusual_and_underscores;
}

void reset(RequestHead& head) noexcept {
    FieldList fields = std::move(head.fields);
    fields.clear();
    head = RequestHead{};
    head.fields = std::move(fields);
}

HeadError parse(const char*& at, const char* end, const HeadLimits& limits, NameFilter filter, RequestHead& head) {
    reset(head);
    if (const auto error = skip_empty_lines(at, end); error != HeadError::none) return error;
    if (const auto error = take_request_line(at, end, limits, head); error != HeadError::none) return error;
    const auto section = parse_field_section(at, end, limits, filter, head.fields);
    if (section.error != HeadError::none) return section.error;
    at = section.end;
    return judge_fields(head, section.seen);
}

}  // namespace

HeadResult parse_request_head(std::string_view buffer, std::size_t& scanned, const HeadLimits& limits,
                              const FieldNameRules& names, RequestHead& head) {
    if (!may_be_complete(buffer, scanned, limits.max_head_bytes)) return {HeadError::incomplete, 0};
    const char* at = buffer.data();
    const auto error = parse(at, limit_of(buffer, limits.max_head_bytes), limits, filter_of(names), head);
    return finish(buffer, scanned, limits.max_head_bytes, error, at);
}

}  // namespace fairway::proxy::http1
