#include <algorithm>
#include <cstring>

#include "base/ascii.hpp"
#include "proxy/http1/byte_scan.hpp"
#include "proxy/http1/connection_options.hpp"
#include "proxy/http1/content_length.hpp"
#include "proxy/http1/field_section.hpp"
#include "proxy/http1/head_parser.hpp"

namespace fairway::proxy::http1 {

namespace {

constexpr bool is_one_of_first_bytes(std::string_view expected, const char* at, std::size_t given) noexcept {
    return std::string_view(at, std::min(given, expected.size())) == expected.substr(0, given);
}

/// "HTTP/1.1 200", version and status; what follows is the reason.
HeadError take_status(const char*& at, const char* end, ResponseHead& head) noexcept {
    constexpr std::string_view kName = "HTTP/";
    constexpr std::size_t kSize = 12;
    const auto given = static_cast<std::size_t>(end - at);
    if (!is_one_of_first_bytes(kName, at, given)) return HeadError::bad_status_line;
    if (given < kSize) {
        const bool ended = std::memchr(at, '\n', given) != nullptr;
        return ended ? HeadError::bad_status_line : HeadError::incomplete;
    }
    const bool well_formed = ascii::is_digit(at[5]) && at[6] == '.' && ascii::is_digit(at[7]) && at[8] == ' ' &&
                             ascii::is_digit(at[9]) && ascii::is_digit(at[10]) && ascii::is_digit(at[11]);
    if (!well_formed) return HeadError::bad_status_line;
    if (at[5] != '1' || at[7] > '1') return HeadError::bad_version;
    head.version = at[7] == '1' ? Version::http_1_1 : Version::http_1_0;
    head.status = static_cast<std::uint16_t>((at[9] - '0') * 100 + (at[10] - '0') * 10 + (at[11] - '0'));
    if (head.status < 100 || head.status > 599) return HeadError::bad_status_line;
    at += kSize;
    return HeadError::none;
}

/// SP reason CRLF. Many servers leave out the reason, and the space with it, so both may be missing.
HeadError take_reason(const char*& at, const char* end, ResponseHead& head) noexcept {
    if (at == end) return HeadError::incomplete;
    if (*at == ' ') {
        const char* const begin = ++at;
        at = skip_value_bytes(at, end);
        head.reason = {begin, static_cast<std::size_t>(at - begin)};
        if (at == end) return HeadError::incomplete;
    }
    if (*at != '\r' && *at != '\n') return HeadError::bad_status_line;
    return take_line_end(at, end);
}

struct ResponseFields {
    const Field* transfer_encoding = nullptr;
    const Field* upgrade = nullptr;
    bool several_encodings = false;
};

/// Reads the lengths. Several Content-Length values that agree are merged (RFC 9112 section 6.3 item 5), as real servers
/// send them; any others are refused.
HeadError collect(ResponseHead& head, ResponseFields& found) noexcept {
    for (const auto& field : head.fields) {
        switch (field.id) {
            case FieldId::content_length: {
                const auto length = parse_content_length_list(field.value);
                if (!length || (head.has_content_length && *length != head.content_length))
                    return HeadError::bad_content_length;
                head.has_content_length = true;
                head.content_length = *length;
                break;
            }
            case FieldId::transfer_encoding:
                found.several_encodings = found.transfer_encoding != nullptr;
                found.transfer_encoding = &field;
                break;
            case FieldId::upgrade: found.upgrade = &field; break;
            default: break;
        }
    }
    return HeadError::none;
}

/// RFC 9112 section 6.3. `may_have_body` is false for 1xx, 204, 304 and answers to HEAD.
HeadError decide_framing(ResponseHead& head, const ResponseFields& found, bool may_have_body) noexcept {
    const bool is_bodyless_status = head.status < 200 || head.status == 204;
    if (found.transfer_encoding != nullptr) {
        if (head.has_content_length) return HeadError::length_conflict;
        // RFC 9112 section 6.1: none in 1xx and 204, and none from HTTP/1.0.
        if (is_bodyless_status || head.version == Version::http_1_0 || found.several_encodings ||
            !ascii::iequals(found.transfer_encoding->value, "chunked"))
            return HeadError::bad_transfer_encoding;
        head.framing = may_have_body ? Framing::chunked : Framing::none;
    } else if (!may_have_body) {
        head.framing = Framing::none;
    } else {
        head.framing = head.has_content_length ? Framing::content_length : Framing::until_close;
    }
    return HeadError::none;
}

HeadError judge_fields(ResponseHead& head, SeenFields seen, Method request_method) noexcept {
    ResponseFields found;
    if (const auto error = collect(head, found); error != HeadError::none) return error;
    const bool is_bodyless_status = head.status < 200 || head.status == 204;
    const bool may_have_body = !is_bodyless_status && head.status != 304 && request_method != Method::head;
    if (const auto error = decide_framing(head, found, may_have_body); error != HeadError::none) return error;

    ConnectionOptions options;
    if (seen.has(FieldId::connection)) options = apply_connection_options(head.fields);
    if (options.too_many) return HeadError::bad_field_value;
    const bool is_1_1 = head.version == Version::http_1_1;
    head.keep_alive = !options.close && (is_1_1 || options.keep_alive) && head.framing != Framing::until_close;
    // RFC 9110 section 8.6: a server sends no Content-Length with these. One that announces bytes may well send them,
    // and they must not be taken for the next response.
    if (is_bodyless_status && head.content_length > 0) head.keep_alive = false;
    if (is_1_1 && options.upgrade && found.upgrade != nullptr) head.upgrade = found.upgrade->value;
    // RFC 9110 section 15.2.2: a 101 names the protocol. Without it the client could not tell what the tunnel carries.
    if (head.status == 101 && head.upgrade.empty()) return HeadError::bad_upgrade;
    return HeadError::none;
}

void reset(ResponseHead& head) noexcept {
    FieldList fields = std::move(head.fields);
    fields.clear();
    head = ResponseHead{};
    head.fields = std::move(fields);
}

HeadError parse(const char*& at, const char* end, const HeadLimits& limits, Method request_method, ResponseHead& head) {
    reset(head);
    if (const auto error = take_status(at, end, head); error != HeadError::none) return error;
    if (const auto error = take_reason(at, end, head); error != HeadError::none) return error;
    const auto section = parse_field_section(at, end, limits, NameFilter::keep_all, head.fields);
    if (section.error != HeadError::none) return section.error;
    at = section.end;
    return judge_fields(head, section.seen, request_method);
}

}  // namespace

HeadResult parse_response_head(std::string_view buffer, std::size_t& scanned, const HeadLimits& limits,
                               Method request_method, ResponseHead& head) {
    if (!may_be_complete(buffer, scanned, limits.max_head_bytes)) return {HeadError::incomplete, 0};
    const char* at = buffer.data();
    const auto error = parse(at, limit_of(buffer, limits.max_head_bytes), limits, request_method, head);
    return finish(buffer, scanned, limits.max_head_bytes, error, at);
}

}  // namespace fairway::proxy::http1
