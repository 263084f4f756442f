#include "proxy/handle_request.hpp"

#include "base/ascii.hpp"
#include "proxy/failure.hpp"
#include "proxy/filters/request_id.hpp"
#include "proxy/filters/tls_redirect.hpp"
#include "proxy/forwarder.hpp"
#include "proxy/http/error_page.hpp"
#include "proxy/http/status_reason.hpp"
#include "routing/path_normalise.hpp"

namespace fairway::proxy {

namespace {

iovec piece(std::string_view text) { return {const_cast<char*>(text.data()), text.size()}; }

void identify(WorkerContext& worker, const DownstreamStream& stream, Exchange& exchange) {
    const ConnectionFacts& facts = stream.connection_facts();
    const routing::Settings& settings = *exchange.snapshot->settings;
    const RequestOrigin origin{facts.peer.ip, facts.peer_text, facts.local_port, facts.tls, settings.public_https_port};
    exchange.forwarded = forwarded_values(stream.head(), origin, settings.forwarded);
    if (exchange.forwarded.request_id.empty() && settings.forwarded.generate_request_id)
        exchange.forwarded.request_id =
            format_request_id(worker.random_bits(), worker.random_bits(), exchange.request_id);

    RequestRecord& record = exchange.record;
    record.client_ip = exchange.forwarded.client_ip();
    record.scheme = exchange.forwarded.scheme;
    record.request_id = exchange.forwarded.request_id;
    record.host = routing::normalise_host(stream.head().authority, exchange.host);
}

// Host rule and route into the record; an Error of the path as Failure::bad_path.
Failure match(WorkerContext& worker, const RequestHead& head, Exchange& exchange, bool& add_slash) {
    const auto normalised = routing::normalise_path(head.path, worker.path_scratch(head.path.size()));
    if (normalised.error != routing::PathError::none) return Failure::bad_path;
    const auto found = exchange.snapshot->routes->match(head.authority, normalised.path);
    exchange.record.rules = found.host;
    exchange.record.route = found.route != nullptr ? found.route : exchange.snapshot->default_route.get();
    add_slash = found.add_slash;
    return Failure::none;
}

void append_escaped_path(OutBuffer& out, std::string_view path) {
    constexpr std::string_view kPlain = "-._~!$&'()*+,;=:@/";
    for (const char c : path) {
        if (ascii::is_alnum(c) || kPlain.find(c) != std::string_view::npos)
            out.append(c);
        else
            out.append_percent_encoded(c);
    }
}

// Reference section 1.4: nginx's own redirect from "/foo" to a location "/foo/". The path is the route's, not the
// client's: another spelling of it, such as "//foo", must not become a Location that leads elsewhere.
io::Task<void> redirect_to_slash(DownstreamStream& stream, Exchange& exchange) {
    const RequestHead& head = stream.head();
    OutBuffer location;
    if (!exchange.snapshot->settings->relative_redirects) {
        location.append(stream.connection_facts().tls ? "https://" : "http://");
        location.append(exchange.record.host);
    }
    append_escaped_path(location, exchange.record.route->path);
    if (head.origin_form.size() > head.path.size()) location.append(head.origin_form.substr(head.path.size()));
    co_await send_own_answer(stream, exchange, 301, location.view());
}

// gRPC clients look at grpc-status alone, and follow no redirects: they get the status in their terms, as a response of
// trailers only. The HTTP status that it stands for is logged and counted.
io::Task<void> send_grpc_status(DownstreamStream& stream, Exchange& exchange, std::uint16_t status,
                                GrpcStatus grpc_status, std::string_view message) {
    exchange.record.grpc_status = static_cast<std::uint16_t>(grpc_status);
    ResponseStart start{.status = status};
    start.content_type = "application/grpc";
    start.grpc_status = grpc_status;
    start.grpc_message = message;
    stream.begin_response(start);
    const auto sent = co_await stream.send_body({}, true);
    if (sent.status != io::IoStatus::ok) stream.fail_response();
}

io::Task<void> forward(WorkerContext& worker, DownstreamStream& stream, Exchange& exchange) {
    const routing::Route& route = *exchange.record.route;
    Failure failure = Failure::no_route;
    if (route.backend) {
        const auto& endpoints = exchange.snapshot->endpoints->of(route.backend->id);
        failure = Failure::no_endpoints;
        if (!endpoints.endpoints.empty()) {
            Forwarder forwarder(worker, stream, exchange, route, endpoints);
            failure = co_await forwarder.run();
        }
    }
    if (failure == Failure::none) co_return;
    if (failure == Failure::client_gone) {
        exchange.record.status = answer_to(failure).status;
        stream.fail_response();
        co_return;
    }
    if (failure == Failure::deadline_exceeded)
        co_await send_grpc_status(stream, exchange, answer_to(failure).status, GrpcStatus::deadline_exceeded,
                                  "grpc-timeout is over");
    else
        co_await send_own_answer(stream, exchange, answer_to(failure).status);
}

}  // namespace

io::Task<void> handle_request(WorkerContext& worker, DownstreamStream& stream, Exchange& exchange) {
    const RequestHead& head = stream.head();
    identify(worker, stream, exchange);
    bool add_slash = false;
    if (match(worker, head, exchange, add_slash) != Failure::none) {
        co_await send_own_answer(stream, exchange, answer_to(Failure::bad_path).status);
        co_return;
    }
    // The order of what follows is the reference's section 2.1.
    const routing::Route& route = *exchange.record.route;
    const routing::RoutePolicy& policy = *route.policy;
    if (add_slash) {
        co_await redirect_to_slash(stream, exchange);
        co_return;
    }
    const std::uint64_t limit = policy.body_limit.max_bytes;
    if (limit != 0 && head.framing == Framing::content_length && head.content_length > limit) {
        co_await send_own_answer(stream, exchange, answer_to(Failure::body_too_large).status);
        co_return;
    }
    stream.limit_body(limit);
    if (!policy.denied.empty()) {
        co_await send_own_answer(stream, exchange, answer_to(Failure::access_denied).status);
        co_return;
    }
    const bool has_certificate = exchange.record.rules != nullptr && exchange.record.rules->has_certificate();
    if (redirects_to_tls(policy.tls_redirect, exchange.forwarded, has_certificate)) {
        const std::string location =
            tls_redirect_location(policy.tls_redirect, head, exchange.forwarded, *exchange.snapshot->settings);
        co_await send_own_answer(stream, exchange, exchange.snapshot->settings->http_redirect_code, location);
        co_return;
    }
    co_await forward(worker, stream, exchange);
}

io::Task<void> send_own_answer(DownstreamStream& stream, Exchange& exchange, std::uint16_t status,
                               std::string_view location) {
    OutBuffer& page = exchange.upstream_head;  // no request is being sent any more
    page.clear();
    if (is_grpc_call(stream.head())) {
        append_grpc_message(page, status_reason(status));
        if (!location.empty()) {
            page.append(": ");
            append_grpc_message(page, location);
        }
        co_await send_grpc_status(stream, exchange, status, grpc_status_of(status), page.view());
        co_return;
    }
    ResponseStart start{.status = status, .framing = Framing::content_length};
    start.content_type = write_error_page(page, status, find_field(stream.head().fields, FieldId::accept));
    start.content_length = page.size();
    start.location = location;
    start.close = status == 400;  // where one request was not understood, the next may begin anywhere
    stream.begin_response(start);
    std::array<iovec, 1> body{piece(page.view())};
    const auto sent = co_await stream.send_body(body, true);
    if (sent.status != io::IoStatus::ok) stream.fail_response();
}

}  // namespace fairway::proxy
