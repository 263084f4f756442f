// The request head that an endpoint gets.
#pragma once

#include "proxy/upstream_request.hpp"

namespace fairway::proxy::http1 {

enum class UpstreamPersistence : std::uint8_t {
    keep_alive,  ///< HTTP/1.1's default: no Connection field
    close,       ///< upstream-keepalive-connections is 0
};

/// Appends the whole head, empty line included: request line with the target in origin-form, Host, forwarding fields,
/// framing, and the client's other fields without those of the client's hop. HTTP/1.1, unless the route wants 1.0. A request from HTTP/2
/// comes out the same. With head.upgrade, Connection: upgrade and Upgrade are sent in place of `persistence`.
void write_request_head(OutBuffer& out, const UpstreamRequest& request, UpstreamPersistence persistence);

}  // namespace fairway::proxy::http1
