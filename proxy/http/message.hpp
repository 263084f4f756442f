// Request and response heads as every protocol presents them to the proxy. Views point into the head's buffer.
#pragma once

#include <cstdint>
#include <string_view>

#include "proxy/http/field.hpp"

namespace fairway::proxy {

/// Methods that the proxy treats specially; any other token is `other` and passed on.
// NOLINTNEXTLINE(readability-identifier-naming): `delete` is a keyword
enum class Method : std::uint8_t { other, get, head, post, put, delete_, connect, options, trace, patch, lock };

/// May be repeated after bytes were sent without asking: everything but POST, LOCK, PATCH, CONNECT and unknown methods
/// (nginx's rule for the first three; RFC 9110 section 9.2.2).
constexpr bool is_idempotent(Method method) noexcept {
    return method == Method::get || method == Method::head || method == Method::put || method == Method::delete_ ||
           method == Method::options || method == Method::trace;
}

enum class Version : std::uint8_t { http_1_0, http_1_1, http_2 };

/// How the length of a body is known (RFC 9112 section 6.3).
enum class Framing : std::uint8_t {
    none,            ///< no body
    content_length,  ///< exactly `content_length` bytes
    chunked,         ///< transfer-coding chunked (HTTP/2: DATA until END_STREAM, length not announced)
    until_close,     ///< responses only: everything until the connection ends
};

struct RequestHead {
    Method method = Method::other;
    std::string_view method_text;
    std::string_view target;  ///< as received: "/a?b", "http://host/a", "*"; forwarded byte for byte in origin-form
    std::string_view
        path;  ///< path of the target, raw, without query; "/" for "*" and for an absolute-form without path
    std::string_view query;        ///< after '?', without it; empty when there is none
    std::string_view origin_form;  ///< path and query as they are sent upstream; points into `target`, or is "/" or "*"
    std::string_view
        authority;  ///< Host, or the authority of an absolute-form target (which wins, RFC 9112 section 3.2.2)
    Version version = Version::http_1_1;
    Framing framing = Framing::none;
    std::uint64_t content_length = 0;
    bool keep_alive = true;         ///< the client lets the connection persist
    bool expect_continue = false;   ///< Expect: 100-continue from an HTTP/1.1 client that announces a body
    bool accepts_trailers = false;  ///< TE: trailers, which Connection names
    std::string_view upgrade;       ///< value of Upgrade when Connection names it; else empty, and always empty for h2c
    /// Sec-WebSocket-Key that the proxy made for a WebSocket over HTTP/2 (RFC 8441), which has none; else empty.
    std::string_view websocket_key;
    FieldList fields;
};

struct ResponseHead {
    std::uint16_t status = 0;
    std::string_view reason;
    Version version = Version::http_1_1;
    Framing framing = Framing::none;
    std::uint64_t content_length = 0;  ///< also set for HEAD and 304 when the field is there; see has_content_length
    bool has_content_length = false;
    bool keep_alive = true;  ///< the endpoint lets the connection persist
    std::string_view upgrade;
    FieldList fields;
};

}  // namespace fairway::proxy
