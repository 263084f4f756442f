// The PROXY protocol: a header before the first byte of a connection that says who the client is.
// Source: https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt, versions 1 and 2.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ip_address.hpp"

namespace fairway::proxy::l4 {

/// Of a header: who connected to whom. Empty for v1 UNKNOWN, v2 LOCAL and v2 AF_UNSPEC: the connection's own addresses
/// hold then.
struct ProxyHeader {
    struct Addresses {
        SocketAddress source;
        SocketAddress destination;
        bool operator==(const Addresses&) const = default;
    };
    std::optional<Addresses> addresses;
};

enum class ProxyHeaderStatus : std::uint8_t { complete, incomplete, malformed };

struct ProxyHeaderResult {
    ProxyHeaderStatus status = ProxyHeaderStatus::incomplete;
    std::size_t consumed = 0;  ///< when complete; what follows belongs to the application
    ProxyHeader header;
};

inline constexpr std::size_t kMaxProxyHeaderV1 = 107;  ///< section 2.1, "\r\n" included
/// The format allows 64 KiB of extensions (TLVs); those in use take some hundred bytes.
inline constexpr std::size_t kMaxProxyHeader = 4096;

/// Strict: one space between the words of version 1, decimal ports without leading zeros, addresses of the named family;
/// in version 2 only TCP over IPv4 or IPv6, and extensions whose lengths add up. `incomplete` only as long as more
/// bytes could make a header of at most kMaxProxyHeader bytes.
ProxyHeaderResult parse_proxy_header(std::string_view bytes);

/// Writes a version 1 header; "PROXY UNKNOWN" when the two addresses are of different families.
/// @return the part of `out` that was written.
std::string_view write_proxy_header(const ProxyHeader::Addresses& addresses, std::array<char, kMaxProxyHeaderV1>& out);

}  // namespace fairway::proxy::l4
