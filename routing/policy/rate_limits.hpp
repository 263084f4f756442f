// How many requests a client may send. docs/rate-limits.md.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ip_address.hpp"
#include "routing/text_template.hpp"

namespace fairway::routing {

/// Annotations limit-rps, limit-rpm, limit-connections, limit-burst-multiplier, limit-allowlist; ConfigMap keys
/// limit-conn-zone-variable, limit-req-status-code, limit-conn-status-code. 0: no limit.
struct RateLimits {
    std::uint64_t zone =
        0;  ///< of the Ingress and its limits: its routes share what is counted; other limits begin anew
    std::uint32_t requests_per_second = 0;
    std::uint32_t requests_per_minute = 0;
    std::uint32_t connections = 0;  ///< requests in progress at once
    std::uint32_t burst_multiplier = 5;
    std::vector<IpNetwork> allowlist;  ///< of clients that are never limited
    TextTemplate key{.pieces = {{.literal = {}, .name = {.variable = Variable::binary_remote_addr, .argument = {}}}}};
    std::uint16_t request_status = 503;
    std::uint16_t connection_status = 503;

    bool operator==(const RateLimits&) const = default;
};

}  // namespace fairway::routing
