#include "proxy/forward_request.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "proxy/filters/access.hpp"
#include "proxy/filters/canary.hpp"
#include "proxy/filters/mirror.hpp"
#include "proxy/filters/modsecurity.hpp"
#include "proxy/forwarder.hpp"
#include "routing/policy/error_pages.hpp"
#include "routing/policy/field_set.hpp"
#include "routing/policy/mirror.hpp"
#include "routing/policy/upstream_http.hpp"

namespace fairway::proxy {

namespace {

const routing::RoutePolicy& policy_of(const Exchange& exchange) { return *exchange.record.route->policy; }

const routing::EndpointSet& endpoints_of(const Exchange& exchange, const routing::Backend& backend) {
    return exchange.snapshot->endpoints->of(backend.id);
}

/// Null when no endpoint of it is ready.
const routing::Backend* if_ready(const Exchange& exchange, const routing::Backend* backend) {
    return backend != nullptr && !endpoints_of(exchange, *backend).endpoints.empty() ? backend : nullptr;
}

/// Which backend gives the page; null: the built-in 404.
const routing::Backend* page_backend(const Exchange& exchange, const routing::ErrorPages& pages) {
    const routing::Backend* const own = pages.global_backend_only ? nullptr : if_ready(exchange, pages.backend.get());
    return own != nullptr ? own : if_ready(exchange, exchange.snapshot->default_route->backend.get());
}

/// What the default backend is told about the request that it answers for.
void tell_about_error(Exchange& exchange, std::uint16_t status) {
    FieldEdits& fields = exchange.request_edits.fields;
    const routing::Route& route = *exchange.record.route;
    fields.set("X-Code", fields.keep(fmt::format("{}", status)));
    fields.set("X-Format", find_field(exchange.request.fields, FieldId::accept));
    if (route.owner) {
        fields.set("X-Namespace", route.owner->ingress_namespace);
        fields.set("X-Ingress-Name", route.owner->ingress);
    }
    if (route.backend) {
        fields.set("X-Service-Name", route.backend->service);
        fields.set("X-Service-Port", route.backend->port);
    }
}

/// Credentials for us, and fields that clients may not set on this route, are not for another backend either, however far the
/// steps came that replace them.
void withhold_guarded_fields(Exchange& exchange) {
    FieldEdits& fields = exchange.request_edits.fields;
    fields.take_values_away();
    const routing::RoutePolicy& policy = policy_of(exchange);
    if (policy.basic_auth) hide_credentials(exchange);
    if (policy.external_auth) hide_fields_of_server(exchange);
    if (exchange.record.rules != nullptr && exchange.record.rules->client_certificates() != nullptr)
        fields.set_all({{"ssl-client-verify", {}},
                        {"ssl-client-subject-dn", {}},
                        {"ssl-client-issuer-dn", {}},
                        {"ssl-client-cert", {}}});
    if (const auto& set = exchange.snapshot->settings->request_fields)
        for (const auto& field : set->fields) fields.set(field.name, {});
    if (policy.tracing) fields.set_all({{"traceparent", {}}, {"tracestate", {}}});
}

/// Reference 3.13: path "/", and few of the usual fields.
void turn_into_page_request(Exchange& exchange, std::uint16_t status) {
    RequestEdits& edits = exchange.request_edits;
    edits.host = {};
    withhold_guarded_fields(exchange);
    if (exchange.record.trace != nullptr)
        edits.fields.set("traceparent", edits.fields.keep(exchange.trace.traceparent()));
    edits.forwarded = ForwardedSet::error_page;
    const RequestHead& head = exchange.request;
    edits.target = head.query.empty() ? "/" : fmt::format("/?{}", head.query);
    tell_about_error(exchange, status);
    edits.fields.set("X-Original-URI", head.origin_form);
}

/// Neither HTTP/1.0 nor the applications behind FastCGI take a body whose length is not announced.
bool needs_length(const Exchange& exchange, routing::UpstreamProtocol protocol) {
    const RequestHead& head = exchange.request;
    if (head.framing != Framing::chunked || !head.websocket_key.empty()) return false;
    if (protocol == routing::UpstreamProtocol::fastcgi) return true;
    const auto& http = policy_of(exchange).upstream_http;
    return http && http->http_1_0 && !is_http2(protocol) && !is_grpc_call(head) && head.upgrade.empty();
}

bool is_buffered(const Exchange& exchange, routing::UpstreamProtocol protocol) {
    const RequestHead& head = exchange.request;
    if (needs_length(exchange, protocol)) return true;
    if (is_http2(protocol) || is_grpc_call(head) || !head.upgrade.empty() || !head.websocket_key.empty()) return false;
    const auto& policy = policy_of(exchange);
    if (policy.body_buffering && policy.body_buffering->request) return true;
    return policy.mirror && policy.mirror->body;  // nginx: the copy needs all of it
}

io::Task<Failure> take_body_in(RequestBody& body, Exchange& exchange, bool for_length) {
    const auto& policy = policy_of(exchange).body_buffering;
    const routing::BodyBuffering buffering = policy ? *policy : routing::BodyBuffering{};
    const Failure failure = co_await body.take_in(buffering, exchange.snapshot->settings->downstream.body_timeout);
    // A body that could not be kept whole cannot be sent at all.
    if (failure == Failure::none && for_length && !body.length()) co_return Failure::body_too_large;
    co_return failure;
}

/// Takes the body in, where the route wants that.
io::Task<Failure> prepare_body(RequestBody& body, Exchange& exchange, routing::UpstreamProtocol protocol) {
    const Failure begun = body.begin();
    const bool for_length = needs_length(exchange, protocol);
    if (for_length) body.leave_trailers_out();
    const bool wanted = is_buffered(exchange, protocol) || inspects_body(exchange, protocol);
    if (begun != Failure::none || !wanted || (body.at_hand() && !for_length)) return begun;
    return take_body_in(body, exchange, for_length);
}

io::Task<bool> send_page(WorkerContext& worker, DownstreamStream& stream, Exchange& exchange, RequestBody& body,
                         std::uint16_t status) {
    const routing::ErrorPages& pages = *policy_of(exchange).error_pages;
    const routing::Backend* const backend = page_backend(exchange, pages);
    if (backend == nullptr) co_return false;
    turn_into_page_request(exchange, status);
    if (!body.repeatable()) body.leave_out();
    const ForwardTarget target{*backend, endpoints_of(exchange, *backend), routing::UpstreamProtocol::http};
    Forwarder forwarder(worker, stream, exchange, body, target);
    const Failure failure = co_await forwarder.run();
    co_return failure == Failure::none;
}

bool wants_page(const Exchange& exchange, std::uint16_t status) {
    if (exchange.record.route == nullptr || is_grpc_call(exchange.request)) return false;
    const auto& pages = policy_of(exchange).error_pages;
    return pages && std::ranges::binary_search(pages->statuses, status);
}

/// 0: an error page was sent. Else the status of the answer that is still to be sent.
io::Task<std::uint16_t> page_or_status(WorkerContext& worker, DownstreamStream& stream, Exchange& exchange,
                                       RequestBody& body, std::uint16_t status) {
    if (!wants_page(exchange, status)) co_return status;
    // Reference 3.13: the built-in default backend, which answers 404 to everything, stands in for one that there is not.
    if (page_backend(exchange, *policy_of(exchange).error_pages) == nullptr) co_return 404;
    const bool sent = co_await send_page(worker, stream, exchange, body, status);
    co_return sent ? 0 : status;
}

std::uint16_t status_of(Failure failure, const Exchange& exchange) {
    if (failure == Failure::intercepted) return exchange.response.status;
    return failure == Failure::refused_by_rules ? exchange.inspection->refusal()->status : answer_to(failure).status;
}

/// The backend that gets the request, or the one of annotation default-backend when it has no ready endpoint; nullopt when
/// neither has one.
std::optional<ForwardTarget> forward_target(Exchange& exchange) {
    const routing::Route& route = *exchange.record.route;
    const routing::ErrorPages* const pages = policy_of(exchange).error_pages.get();
    const routing::Backend* backend = if_ready(exchange, &chosen_backend(exchange));
    if (backend != nullptr) {
        const auto& endpoints = endpoints_of(exchange, *backend);
        return ForwardTarget{*backend, endpoints, routing::effective_protocol(route, *backend, endpoints), pages,
                             exchange.inspection != nullptr};
    }
    if (pages != nullptr) backend = if_ready(exchange, pages->backend.get());
    if (backend == nullptr) return std::nullopt;
    tell_about_error(exchange, answer_to(Failure::no_endpoints).status);
    return ForwardTarget{*backend, endpoints_of(exchange, *backend), routing::UpstreamProtocol::http, nullptr,
                         exchange.inspection != nullptr};
}

}  // namespace

io::Task<Unanswered> forward_request(WorkerContext& worker, DownstreamStream& stream, Exchange& exchange) {
    Unanswered result{Failure::no_route, answer_to(Failure::no_route).status};
    if (!exchange.record.route->backend) co_return result;
    RequestBody body(worker.buffers, stream);
    result.failure = Failure::no_endpoints;
    if (const auto target = forward_target(exchange)) {
        result.failure = co_await prepare_body(body, exchange, target->protocol);
        if (result.failure == Failure::none && exchange.inspection)
            result.failure = inspect_request_body(exchange, body, target->protocol);
        if (result.failure == Failure::none) {
            if (policy_of(exchange).mirror) start_mirror(worker, exchange, body);
            Forwarder forwarder(worker, stream, exchange, body, *target);
            result.failure = co_await forwarder.run();
        } else {
            body.leave_out();
        }
    }
    if (result.failure == Failure::none || result.failure == Failure::client_gone) co_return result;
    const std::uint16_t status = status_of(result.failure, exchange);
    result.status = co_await page_or_status(worker, stream, exchange, body, status);
    if (result.status == 0) result.failure = Failure::none;
    co_return result;
}

io::Task<std::uint16_t> answer_by_error_page(WorkerContext& worker, DownstreamStream& stream, Exchange& exchange,
                                             std::uint16_t status) {
    if (!wants_page(exchange, status)) co_return status;
    RequestBody body(worker.buffers, stream);
    // What is too large is not wanted by anybody, and what no rule has seen goes to nobody.
    Failure begun = Failure::body_too_large;
    const routing::RoutePolicy& policy = policy_of(exchange);
    if (status != answer_to(begun).status && !policy.modsecurity && policy.denied.empty())
        begun = co_await prepare_body(body, exchange, routing::UpstreamProtocol::http);
    if (begun == Failure::client_gone) co_return status;
    if (begun != Failure::none) body.leave_out();
    co_return co_await page_or_status(worker, stream, exchange, body, status);
}

}  // namespace fairway::proxy
