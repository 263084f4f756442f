// Which addresses of clients a route serves.
#pragma once

#include <optional>

#include "routing/network_set.hpp"

namespace fairway::routing {

/// Annotations and ConfigMap keys allowlist-source-range (whitelist-source-range) and denylist-source-range.
struct AccessList {
    NetworkSet deny;                  ///< these may not pass
    std::optional<NetworkSet> allow;  ///< only these may; nullopt: whoever `deny` does not name

    bool admits(const IpAddress& client) const noexcept {
        return !deny.contains(client) && (!allow || allow->contains(client));
    }
    bool operator==(const AccessList&) const = default;
};

}  // namespace fairway::routing
