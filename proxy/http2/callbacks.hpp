// Callbacks of nghttp2: they note what happened in the session and return.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>

namespace fairway::proxy::http2 {

/// The same for every session; a session's user data is its Session.
const nghttp2_session_callbacks& session_callbacks();
/// Options of every session.
const nghttp2_option& session_options();
/// Data source of response bodies; its pointer is the Stream.
ssize_t read_response_body(nghttp2_session*, std::int32_t, std::uint8_t*, std::size_t length, std::uint32_t* flags,
                           nghttp2_data_source* source, void*);

}  // namespace fairway::proxy::http2
