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

StepResult use_vhost(Exchange& exchange) {
    RequestEdits& edits = exchange.request_edits;
    edits.host = edits.fields.keep(expand(*policy_of(exchange).upstream_vhost, exchange.record));
    return std::nullopt;
}

constexpr RequestStep kSteps[] = {
    {.name = "final slash",
     .wanted = [](const Exchange& e) { return e.add_slash; },
     .judge = [](Exchange& e) { return StepResult(slash_redirect(e)); }},
    {.name = "body size",
     .wanted = announces_too_much,
     .judge = [](Exchange&) { return StepResult(answer(Failure::body_too_large)); }},
    {.name = "closed",
     .wanted = [](const Exchange& e) { return !policy_of(e).denied.empty(); },
     .judge = [](Exchange&) { return StepResult(answer(Failure::access_denied)); }},
    {.name = "CORS preflight",
     .wanted = [](const Exchange& e) { return bool(policy_of(e).cors); },
     .judge = cors_preflight},
    {.name = "redirect",
     .wanted = [](const Exchange& e) { return bool(policy_of(e).redirect); },
     .judge = [](Exchange& e) { return StepResult(redirect_answer(e)); }},
    {.name = "redirect to HTTPS",
     .wanted = [](const Exchange&) { return true; },
     .judge = [](Exchange& e) { return tls_redirect(e); }},
    {.name = "Host for the endpoint",
     .wanted = [](const Exchange& e) { return bool(policy_of(e).upstream_vhost); },
     .judge = use_vhost},
};

}  // namespace

std::span<const RequestStep> request_steps() noexcept { return kSteps; }

void edit_response(Exchange& exchange) {
    if (exchange.record.route == nullptr) return;  // refused before a route was found
    const routing::RoutePolicy& policy = policy_of(exchange);
    if (policy.cors) add_cors_fields(exchange);
}

}  // namespace fairway::proxy
