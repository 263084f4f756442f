// Leaving HTTP: whether an endpoint's answer is what a request for an upgrade asked for, and the handshake of WebSockets.
#pragma once

#include <array>
#include <string_view>

#include "proxy/http/message.hpp"

namespace fairway::proxy {

/// A Sec-WebSocket-Key: 16 random bytes in base64 (RFC 6455 section 4.1).
std::array<char, 24> make_websocket_key();

/// The Sec-WebSocket-Accept with which a server proves that it has read `key` (RFC 6455 section 4.2.2).
std::array<char, 28> websocket_accept(std::string_view key);

/// False when the final `response` would make the client believe in a tunnel that is none: a 101 that was not asked for
/// or that names another protocol (RFC 9110 section 7.8). For requests with a key of ours (RequestHead::websocket_key),
/// also a 101 that does not prove it, and any 2xx: over HTTP/2 that status alone opens the tunnel (RFC 8441 section 5).
bool fits_upgrade(const RequestHead& request, const ResponseHead& response);

}  // namespace fairway::proxy
