// Datagrams with the local address they came to, so that the answer leaves from there: sockets bound to a wildcard.
#pragma once

#include <optional>
#include <span>

#include "base/ip_address.hpp"

namespace fairway::proxy::l4 {

inline constexpr std::size_t kMaxDatagram = 64 * 1024;  ///< UDP over IPv4 or IPv6 carries at most 65,527 bytes

/// Which way a datagram came: who sent it to which of our addresses.
struct DatagramPath {
    SocketAddress peer;
    IpAddress local;
    unsigned interface = 0;  ///< of a link-local IPv6 address; else 0, and the routing table decides

    auto operator<=>(const DatagramPath&) const = default;
};

/// Asks the kernel to tell the local address of each datagram. Call once for a socket.
void want_local_addresses(int fd, bool v6);

struct ReceivedDatagram {
    DatagramPath path;
    std::size_t bytes = 0;
};

/// Empty: nothing is there (EAGAIN), or the kernel told an error.
std::optional<ReceivedDatagram> receive_datagram(int fd, std::span<char> into);

/// Sends back along `path`.
/// @return false when the kernel did not take it.
bool send_datagram(int fd, const DatagramPath& path, std::span<const char> bytes);

}  // namespace fairway::proxy::l4
