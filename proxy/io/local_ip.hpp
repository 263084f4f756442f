// The address of our end of a connection.
#pragma once

#include "base/ip_address.hpp"

namespace fairway::proxy::io {

/// One system call. 0.0.0.0 for what is no TCP socket.
IpAddress local_ip(int fd) noexcept;

}  // namespace fairway::proxy::io
