// Clients that no route serves.
#pragma once

#include "routing/network_set.hpp"
#include "routing/value_patterns.hpp"

namespace fairway::routing {

/// ConfigMap keys block-cidrs, block-user-agents, block-referers.
struct BlockRules {
    NetworkSet addresses;
    ValuePatterns user_agents;
    ValuePatterns referers;

    bool operator==(const BlockRules&) const = default;
};

}  // namespace fairway::routing
