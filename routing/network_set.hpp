// A set of networks, for lists of addresses that may or may not pass.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/ip_address.hpp"

namespace fairway::routing {

/// Immutable once built, so any number of threads may read it.
class NetworkSet {
public:
    NetworkSet() = default;
    explicit NetworkSet(std::span<const IpNetwork> networks);

    /// Cost: a binary search among the networks of the address's family; overlapping and adjacent ones count as one.
    bool contains(const IpAddress& address) const noexcept;
    bool empty() const noexcept { return v4_.empty() && v6_.empty(); }
    /// Ranges that are left after merging.
    std::size_t range_count() const noexcept { return v4_.size() + v6_.size(); }

    bool operator==(const NetworkSet&) const = default;

private:
    using Bytes = std::array<std::uint8_t, 16>;
    struct Range4 {
        std::uint32_t first;
        std::uint32_t last;
        bool operator==(const Range4&) const = default;
    };
    struct Range6 {
        Bytes first;
        Bytes last;
        bool operator==(const Range6&) const = default;
    };

    std::vector<Range4> v4_;  // sorted, apart from each other
    std::vector<Range6> v6_;
};

}  // namespace fairway::routing
