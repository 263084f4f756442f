// HTTP/1 message heads: strict to RFC 9112, one pass, views over the caller's buffer, no allocation per field.
// Why not a library parser: docs/adr/002-own-http1-head-parser.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "proxy/http/message.hpp"

namespace fairway::proxy::http1 {

/// Why a head is refused. to_text() gives the words for the log; status_of() what a client is answered (requests).
enum class HeadError : std::uint8_t {
    none,
    incomplete,  ///< not an error: more bytes are needed
    bad_request_line,
    bad_method,
    bad_target,       ///< control bytes, spaces, a form the method does not allow, fragment
    target_too_long,  ///< 414
    bad_version,      ///< not HTTP/1.0 or HTTP/1.1 (505 for HTTP/2.0 and above written as HTTP/1)
    bad_status_line,
    bad_field_name,         ///< also white space before the colon
    bad_field_value,        ///< control bytes: NUL, bare CR, bare LF
    bad_line_end,           ///< LF without CR, CR without LF
    obsolete_fold,          ///< a line that begins with white space
    field_too_long,         ///< 431
    head_too_long,          ///< 431
    too_many_fields,        ///< 431
    bad_host,               ///< missing in HTTP/1.1, more than one, or not uri-host[:port]
    bad_content_length,     ///< not a decimal number, too large, or several that differ
    length_conflict,        ///< Content-Length with Transfer-Encoding
    bad_transfer_encoding,  ///< not exactly "chunked" as the last and only coding, or in HTTP/1.0
    bad_expect,             ///< an expectation other than 100-continue (417)
    bad_upgrade,            ///< a 101 response without an Upgrade that Connection names
    unknown_protocol,       ///< :protocol other than websocket in HTTP/2 (501)
};

std::string_view to_text(HeadError error) noexcept;
/// 400, 414, 417, 431, 501 or 505.
std::uint16_t status_of(HeadError error) noexcept;

struct HeadLimits {
    std::size_t max_target_bytes = std::size_t{8} * 1024;
    std::size_t max_line_bytes = std::size_t{8} * 1024;   ///< one field line
    std::size_t max_head_bytes = std::size_t{32} * 1024;  ///< start line and fields
    std::size_t max_fields = 200;
};

struct FieldNameRules {
    bool underscores = false;  ///< enable-underscores-in-headers: else such fields are dropped, as nginx does
    bool ignore_invalid =
        true;  ///< ignore-invalid-headers: drop fields whose names are tokens but hold bytes other than letters, digits, '-' (and '_')
};

struct HeadResult {
    HeadError error = HeadError::incomplete;
    std::size_t consumed = 0;  ///< bytes of `buffer` that belong to the head, empty lines before it included
};

/// Parses the request head at the start of `buffer`. Called again with more bytes after `incomplete`; `scanned` carries
/// the position up to which no end of head was found, so that slow senders do not cost quadratic time (start with 0).
/// Empty lines (CRLF) before the request line are skipped (RFC 9112 section 2.2), at most a few.
HeadResult parse_request_head(std::string_view buffer, std::size_t& scanned, const HeadLimits& limits,
                              const FieldNameRules& names, RequestHead& head);

/// Parses a response head. `request_method` decides whether a body follows (HEAD), with the status (1xx, 204, 304).
HeadResult parse_response_head(std::string_view buffer, std::size_t& scanned, const HeadLimits& limits,
                               Method request_method, ResponseHead& head);

/// Parses a trailer section: field lines and the empty line. Fields that must not be trailers (framing, routing,
/// authentication: RFC 9110 section 6.5.1) are left out.
HeadResult parse_trailers(std::string_view buffer, std::size_t& scanned, const HeadLimits& limits, FieldList& fields);

}  // namespace fairway::proxy::http1
