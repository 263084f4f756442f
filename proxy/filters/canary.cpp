#include "proxy/filters/canary.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "proxy/access_log/request_values.hpp"
#include "proxy/failure.hpp"
#include "proxy/upstream/keyed_endpoints.hpp"
#include "proxy/upstream/sticky_choice.hpp"
#include "routing/policy/error_pages.hpp"

namespace fairway::proxy {

namespace {

bool has_endpoints(const routing::Canary& canary, const routing::EndpointTable& endpoints) noexcept {
    return !endpoints.of(canary.backend->id).endpoints.empty();
}

/// Annotation default-backend: its Service takes the place of one without endpoints.
bool has_stand_in(const routing::Route& route, const routing::EndpointTable& endpoints) noexcept {
    const auto& pages = route.policy->error_pages;
    return pages && pages->backend && !endpoints.of(pages->backend->id).endpoints.empty();
}

CanaryVerdict always_or_never(std::string_view value) noexcept {
    if (value == "always") return CanaryVerdict::canary;
    return value == "never" ? CanaryVerdict::primary : CanaryVerdict::undecided;
}

CanaryVerdict judge_header(const routing::CanaryRule& rule, const FieldList& fields) noexcept {
    if (rule.header.empty()) return CanaryVerdict::undecided;
    const std::string_view value = find_field(fields, rule.header);
    if (value.data() == nullptr) return CanaryVerdict::undecided;
    const auto canary_if = [](bool yes) { return yes ? CanaryVerdict::canary : CanaryVerdict::undecided; };
    if (!rule.header_value.empty()) return canary_if(value == rule.header_value);
    if (rule.broken_pattern) return CanaryVerdict::primary;
    if (!rule.pattern) return always_or_never(value);
    const auto found = rule.pattern->match(value);
    return found == routing::RegexOutcome::gave_up ? CanaryVerdict::primary
                                                   : canary_if(found == routing::RegexOutcome::matched);
}

/// Whose session cookie a request brings.
struct Owner {
    bool found = false;
    const routing::Canary* canary = nullptr;  ///< null: the primary's
};

// ingress-nginx: whoever is bound to a side stays there, whatever the other rules say.
Owner owner_of_session(WorkerContext& worker, const Exchange& exchange) {
    const routing::Route& route = *exchange.record.route;
    if (!route.backend->balancing || !route.backend->balancing->session) return {};
    const auto tag = session_id(exchange.request.fields, *route.backend->balancing->session).tag;
    if (tag.empty()) return {};
    if (tag == worker.keyed_endpoints(*route.backend).tag()) return {.found = true, .canary = nullptr};
    for (const auto& canary : route.canaries->all)
        if (canary.sticky && has_endpoints(canary, *exchange.snapshot->endpoints) &&
            tag == worker.keyed_endpoints(*canary.backend).tag())
            return {.found = true, .canary = &canary};
    return {};
}

}  // namespace

CanaryVerdict judge(const routing::CanaryRule& rule, const FieldList& fields) noexcept {
    const auto verdict = judge_header(rule, fields);
    if (verdict != CanaryVerdict::undecided || rule.cookie.empty()) return verdict;
    return always_or_never(cookie_value(fields, rule.cookie));
}

const routing::Canary* draw_canary(const routing::Canaries& canaries, const FieldList& fields,
                                   const routing::EndpointTable& endpoints, std::uint32_t draw) noexcept {
    const routing::Canary* drawn = nullptr;
    std::uint64_t from = 0;
    for (const auto& canary : canaries.all) {
        const bool in_share = draw >= from && draw < canary.draw_below;
        from = canary.draw_below;
        if (!has_endpoints(canary, endpoints)) continue;
        const auto verdict = judge(canary.rule, fields);
        if (verdict == CanaryVerdict::canary) return &canary;
        if (verdict == CanaryVerdict::undecided && in_share) drawn = &canary;
    }
    return drawn;
}

std::optional<OwnAnswer> choose_backend(WorkerContext& worker, Exchange& exchange) {
    const routing::Route& route = *exchange.record.route;
    const routing::EndpointTable& endpoints = *exchange.snapshot->endpoints;
    if (endpoints.of(route.backend->id).endpoints.empty()) {
        if (has_stand_in(route, endpoints)) return std::nullopt;
        return OwnAnswer{.status = answer_to(Failure::no_endpoints).status};
    }
    if (!route.canaries) return std::nullopt;
    const Owner owner = owner_of_session(worker, exchange);
    exchange.record.canary = owner.found ? owner.canary
                                         : draw_canary(*route.canaries, exchange.request.fields, endpoints,
                                                       static_cast<std::uint32_t>(worker.random_bits() >> 32));
    return std::nullopt;
}

std::string backend_verdict(const Exchange& exchange) {
    const routing::Route& route = *exchange.record.route;
    const routing::EndpointTable& endpoints = *exchange.snapshot->endpoints;
    if (endpoints.of(route.backend->id).endpoints.empty())
        return has_stand_in(route, endpoints)
                   ? fmt::format("{}, in place of {}, which has no ready endpoint", route.policy->error_pages->backend->name,
                                 route.backend->name)
                   : fmt::format("{} has no ready endpoint: 503", route.backend->name);
    if (!route.canaries) return route.backend->name;
    std::string shares;
    std::uint64_t from = 0;
    for (const auto& canary : route.canaries->all) {
        const double percent = 100.0 * static_cast<double>(canary.draw_below - from) / 0x1p32;
        from = canary.draw_below;
        if (!has_endpoints(canary, endpoints)) continue;
        const auto verdict = judge(canary.rule, exchange.request.fields);
        if (verdict == CanaryVerdict::canary)
            return fmt::format("{}, a canary, by its header or cookie", canary.backend->name);
        if (verdict == CanaryVerdict::undecided && percent > 0)
            shares += fmt::format(", or with {:.4g} % of chance {}", percent, canary.backend->name);
    }
    return route.backend->name + shares;
}

}  // namespace fairway::proxy
