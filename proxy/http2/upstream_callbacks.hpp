// Callbacks of nghttp2 for connections to endpoints: they note what happened in the session and return.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>

namespace fairway::proxy::http2 {

/// The same for every session; a session's user data is its UpstreamSession.
const nghttp2_session_callbacks& upstream_callbacks();
/// Options of every session.
const nghttp2_option& upstream_options();
/// Data source of request bodies.
ssize_t read_request_body(nghttp2_session* h2, std::int32_t id, std::uint8_t*, std::size_t length, std::uint32_t* flags,
                          nghttp2_data_source*, void*);

}  // namespace fairway::proxy::http2
