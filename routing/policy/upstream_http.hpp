// How HTTP/1 towards the endpoints of a route differs from the usual.
#pragma once

#include <cstdint>

namespace fairway::routing {

/// Annotations proxy-http-version and connection-proxy-header.
struct UpstreamHttp {
    enum class Connection : std::uint8_t { usual, close, keep_alive };

    bool http_1_0 = false;  ///< requests say HTTP/1.0, and have a length instead of chunks
    Connection connection = Connection::usual;

    bool operator==(const UpstreamHttp&) const = default;
};

}  // namespace fairway::routing
