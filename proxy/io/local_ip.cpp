#include "proxy/io/local_ip.hpp"

#include "proxy/io/socket_address.hpp"

namespace fairway::proxy::io {

IpAddress local_ip(int fd) noexcept {
    RawSocketAddress raw;
    const bool known = getsockname(fd, raw.get(), raw.size_out()) == 0;
    if (!known || (raw.family() != AF_INET && raw.family() != AF_INET6)) return {};
    return raw.value().ip;
}

}  // namespace fairway::proxy::io
