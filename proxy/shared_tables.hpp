// What holds for the whole process and not for one worker: tables with locks of their own and bounded memory, which only
// the routes that ask for them touch.
#pragma once

#include "proxy/access/access_tables.hpp"
#include "proxy/rate_limit_table.hpp"
#include "proxy/upstream/affinity_table.hpp"

namespace fairway::proxy {

struct SharedTables {
    /// @param key  secret and random, so that no client can choose what meets in one place of a table.
    SharedTables(const SipKey& key, std::chrono::steady_clock::time_point now)
        : affinity(key, now), rate_limits(key, now) {}

    AffinityTable affinity;
    RateLimitTable rate_limits;
    AccessTables access;
};

}  // namespace fairway::proxy
