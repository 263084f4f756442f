#include "proxy/request_steps.hpp"

#include "proxy/failure.hpp"
#include "proxy/filters/cors.hpp"
#include "proxy/filters/redirect.hpp"
#include "proxy/variables.hpp"

namespace fairway::proxy {

namespace {

const routing::RoutePolicy& policy_of(const Exchange& exchange) { return *exchange.record.route->policy; }

OwnAnswer answer(Failure failure) { return {.status = answer_to(failure).status}; }

bool announces_too_much(const Exchange& exchange) {
    const std::uint64_t limit = policy_of(exchange).body_limit.max_bytes;
    return limit != 0 && exchange.request.framing == Framing::content_length && exchange.request.content_length > limit;
}

StepResult use_vhost(StepContext& context) {
    RequestEdits& edits = context.exchange.request_edits;
    edits.host = edits.fields.keep(expand(*policy_of(context.exchange).upstream_vhost, context.exchange.record));
    return std::nullopt;
}

constexpr RequestStep kSteps[] = {
    {"final slash", [](const Exchange& e) { return e.add_slash; },
     [](StepContext& c) { return StepResult(slash_redirect(c.exchange)); }},
    {"body size", announces_too_much, [](StepContext&) { return StepResult(answer(Failure::body_too_large)); }},
    {"closed", [](const Exchange& e) { return !policy_of(e).denied.empty(); },
     [](StepContext&) { return StepResult(answer(Failure::access_denied)); }},
    {"CORS preflight", [](const Exchange& e) { return bool(policy_of(e).cors); },
     [](StepContext& c) { return cors_preflight(c.exchange); }},
    {"redirect", [](const Exchange& e) { return bool(policy_of(e).redirect); },
     [](StepContext& c) { return StepResult(redirect_answer(c.exchange)); }},
    {"redirect to HTTPS", [](const Exchange&) { return true; },
     [](StepContext& c) { return tls_redirect(c.exchange); }},
    {"Host for the endpoint", [](const Exchange& e) { return bool(policy_of(e).upstream_vhost); }, use_vhost},
};

}  // namespace

std::span<const RequestStep> request_steps() noexcept { return kSteps; }

void edit_response(Exchange& exchange) {
    if (exchange.record.route == nullptr) return;  // refused before a route was found
    const routing::RoutePolicy& policy = policy_of(exchange);
    if (policy.cors) add_cors_fields(exchange);
}

}  // namespace fairway::proxy
