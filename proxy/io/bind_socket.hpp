// Sockets that are bound to an address, and what to tell people when that fails.
#pragma once

#include <string>

#include "base/ip_address.hpp"
#include "proxy/io/descriptor.hpp"

namespace fairway::proxy::io {

enum class SocketType : std::uint8_t { tcp, udp };
enum class SharePort : std::uint8_t { no, yes };  ///< yes: SO_REUSEPORT, one socket for each worker

struct BoundSocket {
    Descriptor fd;  ///< empty when it failed
    int error = 0;  ///< errno
};

/// Makes a non-blocking socket and binds it; "::" takes no IPv4.
BoundSocket bind_socket(const SocketAddress& address, SocketType type, SharePort share);

/// SO_REUSEPORT lets a second process of the same user share the port unseen; a plain bind tells.
/// @return errno, 0 when nobody has the port or `address.port` is 0.
int probe_port(const SocketAddress& address, SocketType type);

/// What somebody can do about an errno of bind(); may be empty.
std::string bind_advice(int error);

}  // namespace fairway::proxy::io
