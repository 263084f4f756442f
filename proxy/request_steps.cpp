#include "proxy/request_steps.hpp"

#include "proxy/failure.hpp"
#include "proxy/filters/cors.hpp"
#include "proxy/filters/redirect.hpp"

namespace fairway::proxy {

namespace {

const routing::RoutePolicy& policy_of(const Exchange& exchange) { return *exchange.record.route->policy; }

OwnAnswer answer(Failure failure) { return {.status = answer_to(failure).status}; }

bool announces_too_much(const Exchange& exchange) {
    const std::uint64_t limit = policy_of(exchange).body_limit.max_bytes;
    return limit != 0 && exchange.request.framing == Framing::content_length && exchange.request.content_length > limit;
}

std::optional<OwnAnswer> use_vhost(Exchange& exchange) {
    exchange.request_edits.host = policy_of(exchange).upstream_vhost;
    return std::nullopt;
}

constexpr RequestStep kSteps[] = {
    {"final slash", [](const Exchange& e) { return e.add_slash; },
     [](Exchange& e) { return std::optional(slash_redirect(e)); }},
    {"body size", announces_too_much, [](Exchange&) { return std::optional(answer(Failure::body_too_large)); }},
    {"closed", [](const Exchange& e) { return !policy_of(e).denied.empty(); },
     [](Exchange&) { return std::optional(answer(Failure::access_denied)); }},
    {"CORS preflight", [](const Exchange& e) { return policy_of(e).cors.has_value(); }, cors_preflight},
    {"redirect", [](const Exchange& e) { return policy_of(e).redirect.has_value(); },
     [](Exchange& e) { return std::optional(redirect_answer(e)); }},
    {"redirect to HTTPS", [](const Exchange&) { return true; }, [](Exchange& e) { return tls_redirect(e); }},
    {"Host for the endpoint", [](const Exchange& e) { return !policy_of(e).upstream_vhost.empty(); }, use_vhost},
};

}  // namespace

std::span<const RequestStep> request_steps() noexcept { return kSteps; }

void edit_response(Exchange& exchange) {
    if (exchange.record.route == nullptr) return;  // refused before a route was found
    const routing::RoutePolicy& policy = policy_of(exchange);
    if (policy.cors) add_cors_fields(exchange);
}

}  // namespace fairway::proxy
