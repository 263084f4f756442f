#include <fmt/format.h>

#include "ingress/annotations/policies.hpp"
#include "ingress/exposure/stable_hash.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

constexpr std::int64_t kMaxLimit = 1'000'000'000;

Result<std::int64_t> parse_limit(std::string_view text) { return parse_integer(text, 0, kMaxLimit); }

}  // namespace

std::optional<routing::RateLimits> read_rate_limits(SettingReader& settings, const routing::RateLimits& defaults,
                                                    std::string_view ingress) {
    routing::RateLimits limits = defaults;
    settings.read("limit-rps", limits.requests_per_second, parse_limit);
    settings.read("limit-rpm", limits.requests_per_minute, parse_limit);
    settings.read("limit-connections", limits.connections, parse_limit);
    settings.read("limit-burst-multiplier", limits.burst_multiplier,
                  [](std::string_view text) { return parse_integer(text, 1, 1'000'000); });
    settings.read("limit-whitelist", limits.allowlist, parse_networks);
    settings.read("limit-allowlist", limits.allowlist, parse_networks);
    if (limits.requests_per_second == 0 && limits.requests_per_minute == 0 && limits.connections == 0)
        return std::nullopt;
    limits.zone = stable_hash(fmt::format("{} {} {} {} {}", ingress, limits.requests_per_second,
                                          limits.requests_per_minute, limits.connections, limits.burst_multiplier));
    return limits;
}

}  // namespace fairway::ingress
