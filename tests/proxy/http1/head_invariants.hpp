// What holds for any bytes that a parser of messages is shown. Used with random mutations in the unit tests and with
// libFuzzer's inputs; a broken invariant aborts with the belief in words.
#pragma once

#include <cstddef>
#include <string_view>

namespace fairway::proxy::http1 {

/// Accepted or refused alike whole and in pieces of `piece` bytes; views lie in the buffer; what is accepted and written
/// for an endpoint is read there as the same request.
void check_request_head(std::string_view bytes, std::size_t piece);

/// The same for responses, towards a client of HTTP/1.1.
void check_response_head(std::string_view bytes, std::size_t piece, bool to_head_request);

/// The decoder agrees with a plain one that sees everything at once, and gives the same body for any pieces.
void check_chunked(std::string_view bytes, std::size_t piece);

/// Alike whole and in pieces; what is accepted is written and read again as the same.
void check_trailers(std::string_view bytes, std::size_t piece);

}  // namespace fairway::proxy::http1
