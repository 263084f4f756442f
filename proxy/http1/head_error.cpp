// Words and statuses of HeadError.
#include "proxy/http1/head_parser.hpp"

namespace fairway::proxy::http1 {

std::string_view to_text(HeadError error) noexcept {
    switch (error) {
        case HeadError::none: return "no error";
        case HeadError::incomplete: return "message head is not complete";
        case HeadError::bad_request_line: return "request line is not METHOD SP target SP HTTP/1.1";
        case HeadError::bad_method: return "method is not a token of at most 32 bytes";
        case HeadError::bad_target: return "request target holds a byte or has a form that is not allowed";
        case HeadError::target_too_long: return "request target is too long";
        case HeadError::bad_version: return "HTTP version is neither 1.0 nor 1.1";
        case HeadError::bad_status_line: return "status line is not HTTP/1.1 SP status SP reason";
        case HeadError::bad_field_name: return "field name is not a token followed by a colon";
        case HeadError::bad_field_value: return "field value holds a control byte";
        case HeadError::bad_line_end: return "line does not end in CRLF";
        case HeadError::obsolete_fold: return "field line begins with white space";
        case HeadError::field_too_long: return "field line is too long";
        case HeadError::head_too_long: return "message head is too long";
        case HeadError::too_many_fields: return "message head has too many fields";
        case HeadError::bad_host: return "Host is missing, repeated or not host[:port]";
        case HeadError::bad_content_length: return "Content-Length is not one decimal number";
        case HeadError::length_conflict: return "both Content-Length and Transfer-Encoding are given";
        case HeadError::bad_transfer_encoding: return "Transfer-Encoding is not chunked alone, or not allowed here";
        case HeadError::bad_expect: return "expectation is not 100-continue";
        case HeadError::bad_upgrade: return "101 response without an Upgrade that Connection names";
        case HeadError::unknown_protocol: return ":protocol is not websocket";
    }
    return "unknown error";
}

std::uint16_t status_of(HeadError error) noexcept {
    switch (error) {
        case HeadError::target_too_long: return 414;
        case HeadError::field_too_long:
        case HeadError::head_too_long:
        case HeadError::too_many_fields: return 431;
        case HeadError::bad_version: return 505;
        case HeadError::unknown_protocol: return 501;
        case HeadError::bad_expect: return 417;
        default: return 400;
    }
}

}  // namespace fairway::proxy::http1
