// The fields of a request as an HTTP/2 endpoint gets them.
#pragma once

#include "proxy/http/out_buffer.hpp"
#include "proxy/http2/field_block.hpp"
#include "proxy/upstream/upstream_stream.hpp"

namespace fairway::proxy::http2 {

/// Fills `block` with pseudo-headers, forwarded fields, the client's other fields without those of the client's hop, and
/// the length of the body where it is known. Upgrade is left out: the request is an ordinary one.
/// @param scheme   "https" when the connection to the endpoint has TLS, as nginx has it.
/// @param scratch  where texts of ours are kept; `block` points into it and into the request.
void set_request_fields(FieldBlock& block, OutBuffer& scratch, const UpstreamRequest& request, std::string_view scheme);

}  // namespace fairway::proxy::http2
