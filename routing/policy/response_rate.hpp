// How fast a response may be sent.
#pragma once

#include <cstdint>

namespace fairway::routing {

/// Annotations and ConfigMap keys limit-rate and limit-rate-after, of each response on its own.
struct ResponseRate {
    std::uint64_t bytes_per_second = 0;  ///< never 0 in a policy
    std::uint64_t free_bytes = 0;        ///< sent at full speed before the limit counts

    bool operator==(const ResponseRate&) const = default;
};

}  // namespace fairway::routing
