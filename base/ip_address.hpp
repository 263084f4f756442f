// IP addresses, socket addresses and networks as plain values: no sockets, no name resolution.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace fairway {

/// IPv4 or IPv6. IPv4 lives in the first four bytes; an IPv4-mapped IPv6 address (::ffff:a.b.c.d) is stored as IPv4.
struct IpAddress {
    std::array<std::uint8_t, 16> bytes{};
    bool v6 = false;

    /// Accepts "192.0.2.1" and "2001:db8::1" (no brackets, no zone); anything else is an Error.
    static Result<IpAddress> parse(std::string_view text);
    static IpAddress from_v4(const void* four_bytes) noexcept;
    static IpAddress from_v6(const void* sixteen_bytes) noexcept;

    std::string to_string() const;
    bool is_loopback() const noexcept;
    auto operator<=>(const IpAddress&) const = default;
};

/// An address and a TCP or UDP port in host byte order.
struct SocketAddress {
    IpAddress ip;
    std::uint16_t port = 0;

    /// "192.0.2.1:80" or "[2001:db8::1]:80".
    static Result<SocketAddress> parse(std::string_view text);
    std::string to_string() const;
    auto operator<=>(const SocketAddress&) const = default;
};

/// A CIDR block; a bare address is a block of one.
struct IpNetwork {
    IpAddress base;
    std::uint8_t prefix_bits = 0;

    /// "10.0.0.0/8", "::/0", "192.0.2.1". Host bits are cleared, as nginx does.
    static Result<IpNetwork> parse(std::string_view text);
    bool contains(const IpAddress& address) const noexcept;
    std::string to_string() const;
    auto operator<=>(const IpNetwork&) const = default;
};

struct SocketAddressHash {
    std::size_t operator()(const SocketAddress& address) const noexcept;
};

}  // namespace fairway
