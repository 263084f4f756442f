// Other backends that get a share of a route's requests. docs/canary.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "routing/backend.hpp"
#include "routing/regex.hpp"

namespace fairway::routing {

/// Annotations canary-by-header, -header-value, -header-pattern, canary-by-cookie, canary-weight, canary-weight-total.
struct CanaryRule {
    std::string header;            ///< in any case; empty: none
    std::string header_value;      ///< exactly this value; empty: `header_pattern` or "always" and "never" count
    std::optional<Regex> pattern;  ///< looked for in the value; only without header_value
    bool broken_pattern = false;   ///< one that cannot be compiled: whoever sends the header stays with the primary
    std::string cookie;            ///< with the value "always" or "never"; empty: none
    std::uint32_t weight = 0;
    std::uint32_t weight_total = 100;  ///< at least 100

    bool operator==(const CanaryRule&) const = default;
};

struct Canary {
    std::shared_ptr<const Backend> backend;  ///< never null
    CanaryRule rule;
    /// Requests are drawn below this and not below that of the canary before it, in 2^32 of all.
    std::uint64_t draw_below = 0;
    /// affinity-canary-behavior sticky: a client keeps the side that was drawn first. Legacy: each request is drawn, unless
    /// its session cookie is the primary's.
    bool sticky = true;

    bool operator==(const Canary&) const = default;
};

/// Of one route, oldest Ingress first.
struct Canaries {
    std::vector<Canary> all;

    bool operator==(const Canaries&) const = default;
};

}  // namespace fairway::routing
