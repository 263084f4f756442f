// Clients that no route serves.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ascii.hpp"
#include "routing/network_set.hpp"
#include "routing/regex.hpp"

namespace fairway::routing {

/// A list of field values, as nginx's `map` compares them.
struct ValuePatterns {
    std::vector<std::string> values;  ///< whole values, in any case
    std::vector<Regex> patterns;      ///< "~…" and "~*…"

    bool empty() const noexcept { return values.empty() && patterns.empty(); }
    /// A pattern that reaches its limit counts as matched: the list keeps clients out.
    bool contain(std::string_view value) const noexcept {
        for (const auto& known : values)
            if (ascii::iequals(known, value)) return true;
        for (const auto& pattern : patterns)
            if (pattern.match(value) != RegexOutcome::no_match) return true;
        return false;
    }
    bool operator==(const ValuePatterns&) const = default;
};

/// ConfigMap keys block-cidrs, block-user-agents, block-referers.
struct BlockRules {
    NetworkSet addresses;
    ValuePatterns user_agents;
    ValuePatterns referers;

    bool operator==(const BlockRules&) const = default;
};

}  // namespace fairway::routing
