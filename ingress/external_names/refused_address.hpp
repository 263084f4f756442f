// Addresses that the name of a server elsewhere cannot have.
#pragma once

#include <algorithm>
#include <array>

#include "base/ip_address.hpp"

namespace fairway::ingress {

/// Loopback, multicast, and 0.0.0.0 and ::, which reach this machine as loopback does; of IPv4 also as IPv6 writes them
/// (RFC 4291 section 2.5.5.2).
inline bool is_refused(const IpAddress& address) noexcept {
    constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (address.v6 && std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin())) {
        IpAddress inner{.bytes = {}, .v6 = false};
        std::copy_n(address.bytes.begin() + 12, 4, inner.bytes.begin());
        return is_refused(inner);
    }
    const bool multicast = address.v6 ? address.bytes[0] == 0xff : (address.bytes[0] & 0xf0) == 0xe0;
    const bool unspecified = address == IpAddress{.bytes = {}, .v6 = address.v6};
    return unspecified || multicast || address.is_loopback();
}

}  // namespace fairway::ingress
