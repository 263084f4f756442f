#include "proxy/filters/access.hpp"

#include <fmt/format.h>

#include <utility>

#include "proxy/filters/external_auth.hpp"
#include "proxy/filters/password_auth.hpp"
#include "routing/policy/access_list.hpp"
#include "routing/policy/basic_auth.hpp"
#include "routing/policy/external_auth.hpp"

namespace fairway::proxy {

namespace {

const routing::RoutePolicy& policy_of(const Exchange& exchange) { return *exchange.record.route->policy; }

Admission check_address(const Exchange& exchange) {
    const bool admitted = policy_of(exchange).access_list->admits(exchange.forwarded.client);
    return {.status = static_cast<std::uint16_t>(admitted ? 0 : 403)};
}

StepResult answer_to(Exchange& exchange, const Admission& admission) {
    if (admission.status == 0) return std::nullopt;
    const routing::RoutePolicy& policy = policy_of(exchange);
    // Reference 3.7: also for a 401 of basic authentication.
    if (admission.status == 401 && policy.external_auth && policy.external_auth->signin)
        return OwnAnswer{.status = 302, .location = signin_location(exchange, *policy.external_auth)};
    if (admission.status == 401 && !admission.challenge.empty()) {
        FieldEdits& edits = exchange.response_edits;
        edits.set("WWW-Authenticate", edits.keep(admission.challenge));
    }
    return OwnAnswer{.status = admission.status};
}

/// satisfy: any, of an address that the lists do not refuse. As for nginx, one that merely is not denied proves nothing.
bool address_is_enough(const routing::RoutePolicy& policy) {
    return policy.access_list->allow || !(policy.basic_auth || policy.external_auth);
}

/// One more refusal under satisfy: any. False: not a refusal but a failure, which ends the search.
bool add_refusal(Admission& refused, Admission next) {
    if (next.status != 401 && next.status != 403) {
        refused = std::move(next);
        return false;
    }
    if (refused.status != 401) refused.status = next.status;
    if (!next.challenge.empty()) refused.challenge = std::move(next.challenge);
    return true;
}

}  // namespace

// Reference 2.3.
void hide_credentials(Exchange& exchange) {
    FieldEdits& fields = exchange.request_edits.fields;
    if (!fields.replaces("Authorization")) fields.set("Authorization", "");
}

void hide_fields_of_server(Exchange& exchange) {
    FieldEdits& fields = exchange.request_edits.fields;
    for (const auto& name : policy_of(exchange).external_auth->response_headers) fields.set(name, "");
}

StepResult require_address(Exchange& exchange) { return answer_to(exchange, check_address(exchange)); }

io::Task<StepResult> require_password(StepContext& context) {
    hide_credentials(context.exchange);
    const Admission admission = co_await check_password(context);
    co_return answer_to(context.exchange, admission);
}

io::Task<StepResult> require_permission(StepContext& context) {
    const Admission admission = co_await ask_auth_server(context);
    co_return answer_to(context.exchange, admission);
}

io::Task<StepResult> require_any(StepContext& context) {
    Exchange& exchange = context.exchange;
    const routing::RoutePolicy& policy = policy_of(exchange);
    Admission refused;
    if (policy.basic_auth) hide_credentials(exchange);
    if (policy.external_auth) hide_fields_of_server(exchange);
    if (policy.access_list) {
        refused = check_address(exchange);
        if (refused.status == 0 && address_is_enough(policy)) co_return std::nullopt;
    }
    if (policy.basic_auth) {
        Admission next = co_await check_password(context);
        if (next.status == 0) co_return std::nullopt;
        if (!add_refusal(refused, std::move(next))) co_return answer_to(exchange, refused);
    }
    if (policy.external_auth) {
        Admission next = co_await ask_auth_server(context);
        if (next.status == 0) co_return std::nullopt;
        add_refusal(refused, std::move(next));
    }
    co_return answer_to(exchange, refused);
}

std::string password_verdict(const Exchange& exchange) {
    const routing::BasicAuth& auth = *policy_of(exchange).basic_auth;
    return fmt::format("asks for the password of one of {} users ({}, realm \"{}\")", auth.users.size(),
                       auth.scheme == routing::AuthScheme::digest ? "digest" : "basic", auth.realm);
}

std::string permission_verdict(const Exchange& exchange) {
    const routing::ExternalAuth& auth = *policy_of(exchange).external_auth;
    return fmt::format("{} {} decides{}{}", auth.method, auth.url,
                       auth.signin ? "; a 401 becomes a redirect to log in" : "",
                       auth.cache_key ? "; its answers are kept" : "");
}

std::string any_verdict(const Exchange& exchange) {
    const routing::RoutePolicy& policy = policy_of(exchange);
    std::string text = "one is enough (satisfy: any)";
    if (policy.access_list) {
        const bool good = check_address(exchange).status == 0;
        text += fmt::format("; the address is {}", !good                       ? "not good"
                                                   : address_is_enough(policy) ? "good"
                                                                               : "not denied, which is not enough");
    }
    if (policy.basic_auth) text += "; " + password_verdict(exchange);
    if (policy.external_auth) text += "; " + permission_verdict(exchange);
    return text;
}

}  // namespace fairway::proxy
