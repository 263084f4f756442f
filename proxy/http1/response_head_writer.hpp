// The response heads that a client of HTTP/1.0 or 1.1 gets.
#pragma once

#include "proxy/filters/response_fields.hpp"

namespace fairway::proxy::http1 {

enum class DownstreamPersistence : std::uint8_t { keep_alive, close };

/// How the response is framed on the client's connection.
struct ResponseFraming {
    Version client = Version::http_1_1;  ///< HTTP/1.0 clients never get `chunked`: the caller closes instead
    Framing framing = Framing::none;
    std::uint64_t content_length = 0;  ///< for Framing::content_length
    DownstreamPersistence persistence = DownstreamPersistence::keep_alive;
};

/// Fields of a response that the proxy makes itself; empty ones are not written.
struct OwnResponse {
    std::uint16_t status = 500;
    std::string_view content_type{};
    std::string_view location{};
};

/// Appends the head of an endpoint's response, empty line included. With Framing::none the endpoint's Content-Length is
/// passed on where it describes a body that is not there: answers to HEAD, and 304. A 101 carries Connection: upgrade.
void write_response_head(OutBuffer& out, const ResponseHead& head, const ResponseFieldRules& rules,
                         const ResponseFraming& framing);

/// Appends the head of an answer of our own.
void write_response_head(OutBuffer& out, const OwnResponse& own, const ResponseFieldRules& rules,
                         const ResponseFraming& framing);

/// Appends an interim response (1xx other than 101) of an endpoint; nothing of ours is added.
void write_interim_head(OutBuffer& out, const ResponseHead& head, const ResponseFieldRules& rules);

/// Appends a trailer section after the last chunk, empty line included.
void write_trailers(OutBuffer& out, const FieldList& trailers);

inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace fairway::proxy::http1
