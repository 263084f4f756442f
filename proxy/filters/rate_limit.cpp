#include "proxy/filters/rate_limit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "proxy/rate_limit_table.hpp"
#include "proxy/variables.hpp"
#include "routing/policy/rate_limits.hpp"

namespace fairway::proxy {

namespace {

std::string_view bytes_of(const IpAddress& address) noexcept {
    return {reinterpret_cast<const char*>(address.bytes.data()), address.v6 ? 16u : 4u};
}

// What a client is: its address, unless limit-conn-zone-variable says otherwise.
std::string_view client_of(const routing::RateLimits& limits, WorkerContext& worker, const Exchange& exchange) {
    const auto& pieces = limits.key.pieces;
    if (pieces.size() == 1 && pieces[0].literal.empty() &&
        pieces[0].name.variable == routing::Variable::binary_remote_addr)
        return bytes_of(exchange.forwarded.client);
    worker.text.clear();
    expand(limits.key, exchange.record, worker.text);
    return worker.text.view();
}

bool is_free(const routing::RateLimits& limits, const IpAddress& address) noexcept {
    return std::ranges::any_of(limits.allowlist, [&](const IpNetwork& free) { return free.contains(address); });
}

}  // namespace

std::optional<OwnAnswer> charge_limits(WorkerContext& worker, Exchange& exchange) {
    const routing::RateLimits& limits = *exchange.record.route->policy->rate_limits;
    if (is_free(limits, exchange.forwarded.client)) return std::nullopt;
    const std::string_view client = client_of(limits, worker, exchange);
    if (client.empty()) return std::nullopt;  // nginx: requests with an empty key are not counted
    switch (worker.rate_limits.charge(limits, client, worker.reactor.now(), exchange.limited)) {
        case RateLimitTable::Verdict::passed: return std::nullopt;
        case RateLimitTable::Verdict::too_many_requests:
            ++worker.counters.requests_limited;
            return OwnAnswer{.status = limits.request_status};
        case RateLimitTable::Verdict::too_many_at_once: break;
    }
    ++worker.counters.requests_at_once_limited;
    return OwnAnswer{.status = limits.connection_status};
}

std::string limits_verdict(const Exchange& exchange) {
    const routing::RateLimits& limits = *exchange.record.route->policy->rate_limits;
    if (is_free(limits, exchange.forwarded.client)) return "the client is in limit-allowlist";
    std::string text = "counted:";
    const auto add = [&](std::uint32_t limit, std::string_view what, std::uint64_t burst) {
        if (limit == 0) return;
        text += fmt::format("{} {} {}", text.ends_with(':') ? "" : ",", limit, what);
        if (burst != 0) text += fmt::format(" and {} at once beyond", burst);
    };
    add(limits.requests_per_second, "requests a second",
        std::uint64_t{limits.requests_per_second} * limits.burst_multiplier);
    add(limits.requests_per_minute, "requests a minute",
        std::uint64_t{limits.requests_per_minute} * limits.burst_multiplier);
    add(limits.connections, "in progress", 0);
    return text;
}

}  // namespace fairway::proxy
