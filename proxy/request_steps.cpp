#include "proxy/request_steps.hpp"

#include <algorithm>

#include "proxy/failure.hpp"
#include "proxy/filters/access.hpp"
#include "proxy/filters/block_rules.hpp"
#include "proxy/filters/canary.hpp"
#include "proxy/filters/client_certificate.hpp"
#include "proxy/filters/cors.hpp"
#include "proxy/filters/modsecurity.hpp"
#include "proxy/filters/rate_limit.hpp"
#include "proxy/filters/redirect.hpp"
#include "proxy/filters/rewrite.hpp"
#include "proxy/filters/tracing.hpp"
#include "proxy/variables.hpp"
#include "routing/policy/field_set.hpp"

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

bool wants_any(const Exchange& exchange) {
    const routing::RoutePolicy& policy = policy_of(exchange);
    return policy.satisfy_any && (policy.access_list || policy.basic_auth || policy.external_auth);
}

// Behind the rewrite, which $uri and $args follow; before what authentication servers give, so that this stands.
StepResult set_request_fields(Exchange& exchange) {
    RequestEdits& edits = exchange.request_edits;
    for (const auto& field : exchange.snapshot->settings->request_fields->fields) {
        const auto value = edits.fields.keep(expand(field.value, exchange.record));
        if (field_id(field.name) == FieldId::host)
            edits.host = value;
        else
            edits.fields.set(field.name, value);
    }
    return std::nullopt;
}

void set_response_fields(Exchange& exchange, const routing::FieldSet& set) {
    FieldEdits& edits = exchange.response_edits;
    for (const auto& field : set.fields)
        edits.set(field.name, field.value.is_literal() && !field.value.pieces.empty()
                                  ? std::string_view(field.value.pieces.front().literal)
                                  : edits.keep(expand(field.value, exchange.record)));
}

bool leads_to_app_root(const Exchange& exchange) {
    return exchange.path == "/" && exchange.record.rules != nullptr && exchange.record.rules->app_root();
}

bool is_www_host(const Exchange& exchange) {
    return exchange.record.rules != nullptr && !exchange.record.rules->redirect_to().empty();
}

/// Reference 1.6: balancers in front ask by address. A path that an Ingress names goes before it.
bool is_health_check(const Exchange& exchange) {
    const RequestRecord& record = exchange.record;
    return exchange.request.path == exchange.snapshot->settings->health_check_path &&
           (record.rules == nullptr || record.rules->name() == "_") && record.route->path == "/";
}

std::string what_is_rewritten(const Exchange& exchange) {
    const std::string& target = exchange.request_edits.target;
    return target.empty() ? "the path stays: the pattern of the rule does not match it" : "the endpoint gets " + target;
}

bool wants_client_certificate(const Exchange& exchange) {
    return exchange.record.rules != nullptr && exchange.record.rules->client_certificates() != nullptr;
}

constexpr RequestStep kSteps[] = {
    {.name = "client certificate",
     .wanted = wants_client_certificate,
     .judge = check_client_certificate,
     .of_host = true},
    {.name = "blocked clients",
     .wanted = [](const Exchange& e) { return bool(e.snapshot->settings->block_rules); },
     .judge = refuse_blocked_fields,
     .of_host = true},
    {.name = "name of the client certificate",
     .wanted = wants_client_certificate,
     .judge = check_client_name,
     .of_host = true},
    {.name = "app-root",
     .wanted = leads_to_app_root,
     .judge = [](Exchange& e) { return StepResult(app_root_answer(e)); },
     .of_host = true},
    {.name = "from-to-www redirect",
     .wanted = is_www_host,
     .judge = [](Exchange& e) { return StepResult(www_redirect(e)); },
     .of_host = true},
    {.name = "health check",
     .wanted = is_health_check,
     .judge = [](Exchange&) { return StepResult({.status = 200, .empty = true}); }},
    // ingress-nginx traces what comes to a location, but not its health check.
    {.name = "tracing",
     .wanted = [](const Exchange& e) { return bool(policy_of(e).tracing); },
     .decide =
         [](StepContext& c) {
             begin_trace(c.worker, c.exchange);
             return StepResult();
         },
     .verdict = trace_verdict},
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
    {.name = "rewrite",
     .wanted = [](const Exchange& e) { return bool(policy_of(e).rewrite); },
     .judge = rewrite,
     .verdict = what_is_rewritten},
    {.name = "redirect to HTTPS",
     .wanted = [](const Exchange&) { return true; },
     .judge = [](Exchange& e) { return tls_redirect(e); }},
    // nginx's connector: phase 1 in the rewrite phase, so behind redirects, and on what the client sent, not on what became
    // of it. Phase 2 comes last of all (forward_request): a body is taken in for those alone who may pass.
    {.name = "ModSecurity",
     .wanted = [](const Exchange& e) { return bool(policy_of(e).modsecurity); },
     .decide = inspect_request_head,
     .verdict = inspection_verdict},
    {.name = "fields for every endpoint",
     .wanted = [](const Exchange& e) { return bool(e.snapshot->settings->request_fields); },
     .judge = set_request_fields},
    {.name = "backend",
     .wanted = [](const Exchange& e) { return e.record.route->backend != nullptr; },
     .decide = [](StepContext& c) { return choose_backend(c.worker, c.exchange); },
     .verdict = backend_verdict},
    {.name = "rate limits",
     .wanted = [](const Exchange& e) { return bool(policy_of(e).rate_limits); },
     .decide = [](StepContext& c) { return charge_limits(c.worker, c.exchange); },
     .verdict = limits_verdict},
    {.name = "blocked addresses",
     .wanted = [](const Exchange& e) { return bool(e.snapshot->settings->block_rules); },
     .judge = refuse_blocked_address},
    {.name = "address lists",
     .wanted = [](const Exchange& e) { return !policy_of(e).satisfy_any && policy_of(e).access_list; },
     .judge = require_address},
    {.name = "password",
     .wanted = [](const Exchange& e) { return !policy_of(e).satisfy_any && policy_of(e).basic_auth; },
     .wait = require_password,
     .verdict = password_verdict},
    {.name = "external authentication",
     .wanted = [](const Exchange& e) { return !policy_of(e).satisfy_any && policy_of(e).external_auth; },
     .wait = require_permission,
     .verdict = permission_verdict},
    {.name = "access", .wanted = wants_any, .wait = require_any, .verdict = any_verdict},
    {.name = "Host for the endpoint",
     .wanted = [](const Exchange& e) { return bool(policy_of(e).upstream_vhost); },
     .judge = use_vhost},
};

constexpr bool nothing_waits_before(std::string_view name) {
    for (const RequestStep& step : kSteps) {
        if (step.name == name) return true;
        if (step.wait != nullptr) return false;
    }
    return false;
}
static_assert(nothing_waits_before("app-root") && nothing_waits_before("rewrite"),
              "they need Exchange::path, which is gone once a step has waited");

/// nginx's ngx_http_headers_module: where add_header acts without `always`.
bool is_add_header_status(std::uint16_t status) {
    constexpr std::uint16_t kStatuses[] = {200, 201, 204, 206, 301, 302, 303, 304, 307, 308};
    return std::ranges::find(kStatuses, status) != std::ranges::end(kStatuses);
}

}  // namespace

std::span<const RequestStep> request_steps() noexcept { return kSteps; }

void edit_response(Exchange& exchange, std::uint16_t status) {
    const auto& everywhere = exchange.snapshot->settings->response_fields;
    if (everywhere) set_response_fields(exchange, *everywhere);
    if (!exchange.good_response_edits.empty() && is_add_header_status(status))
        exchange.good_response_edits.for_each(
            [&](std::string_view name, std::string_view value) { exchange.response_edits.add(name, value); });
    if (exchange.record.route == nullptr) return;  // refused before a route was found
    const routing::RoutePolicy& policy = policy_of(exchange);
    if (policy.cors) add_cors_fields(exchange);
    if (policy.response_fields) set_response_fields(exchange, *policy.response_fields);
    if (!exchange.session_cookie.empty()) exchange.response_edits.add("Set-Cookie", exchange.session_cookie);
}

}  // namespace fairway::proxy
