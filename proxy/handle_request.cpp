#include "proxy/handle_request.hpp"

#include "proxy/failure.hpp"
#include "proxy/filters/modsecurity.hpp"
#include "proxy/filters/request_id.hpp"
#include "proxy/find_route.hpp"
#include "proxy/forward_request.hpp"
#include "proxy/http/error_page.hpp"
#include "proxy/http/status_reason.hpp"
#include "proxy/proxied_connection.hpp"
#include "proxy/request_steps.hpp"

namespace fairway::proxy {

namespace {

iovec piece(std::string_view text) { return {const_cast<char*>(text.data()), text.size()}; }

void give_request_id(WorkerContext& worker, Exchange& exchange) {
    if (!exchange.forwarded.request_id.empty() || !exchange.snapshot->settings->forwarded.generate_request_id) return;
    exchange.forwarded.request_id = format_request_id(worker.random_bits(), worker.random_bits(), exchange.request_id);
    exchange.record.request_id = exchange.forwarded.request_id;
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
    edit_response(exchange, status);
    stream.begin_response(start);
    const auto sent = co_await stream.send_body({}, true);
    if (sent.status != io::IoStatus::ok) stream.fail_response();
}

// What no endpoint has answered.
io::Task<void> answer_failure(DownstreamStream& stream, Exchange& exchange, Unanswered left) {
    if (left.failure == Failure::client_gone) {
        exchange.record.status = answer_to(left.failure).status;
        stream.fail_response();
        co_return;
    }
    OwnAnswer answer{.status = left.status};
    if (left.failure == Failure::refused_by_rules && left.status == exchange.inspection->refusal()->status)
        answer = refusal_answer(*exchange.inspection->refusal());
    if (left.failure == Failure::deadline_exceeded)
        co_await send_grpc_status(stream, exchange, answer.status, GrpcStatus::deadline_exceeded,
                                  "grpc-timeout is over");
    else
        co_await send_own_answer(stream, exchange, answer);
}

// What a step decided, or the error page that the route has for it.
io::Task<void> answer_instead(WorkerContext& worker, DownstreamStream& stream, Exchange& exchange,
                              const RequestStep& step, OwnAnswer& answer) {
    if (answer.status >= 400) {
        answer.status = co_await answer_by_error_page(worker, stream, exchange, answer.status);
        if (answer.status == 0) co_return;
    }
    if (step.of_host) exchange.response_edits.set("Strict-Transport-Security", {});
    co_await send_own_answer(stream, exchange, answer);
}

io::Task<StepResult> wait_for(const RequestStep& step, StepContext& context) {
    context.exchange.path = {};  // another request may need the memory meanwhile
    context.exchange.path_groups = {};
    return step.wait(context);
}

}  // namespace

io::Task<void> handle_request(WorkerContext& worker, DownstreamStream& stream, Exchange& exchange) {
    identify(stream.connection_facts(), exchange);
    give_request_id(worker, exchange);
    if (find_route(worker.path_scratch(exchange.request.path.size()), exchange) != Failure::none) {
        const OwnAnswer refused{.status = answer_to(Failure::bad_path).status};
        co_await send_own_answer(stream, exchange, refused);
        co_return;
    }
    stream.limit_body(exchange.record.route->policy->body_limit.max_bytes);
    StepContext context{worker, stream, exchange};
    for (const RequestStep& step : request_steps()) {
        if (!step.wanted(exchange)) continue;
        StepResult answer;
        if (step.judge != nullptr)
            answer = step.judge(exchange);
        else if (step.decide != nullptr)
            answer = step.decide(context);
        else
            answer = co_await wait_for(step, context);
        if (!answer) continue;
        co_await answer_instead(worker, stream, exchange, step, *answer);
        co_return;
    }
    const Unanswered left = co_await forward_request(worker, stream, exchange);
    if (left.failure != Failure::none) co_await answer_failure(stream, exchange, left);
}

io::Task<void> send_own_answer(DownstreamStream& stream, Exchange& exchange, const OwnAnswer& answer) {
    const std::uint16_t status = answer.status;
    OutBuffer& page = exchange.upstream_head;  // no request is being sent any more
    page.clear();
    if (is_grpc_call(stream.head())) {
        append_grpc_message(page, status_reason(status));
        if (!answer.location.empty()) {
            page.append(": ");
            append_grpc_message(page, answer.location);
        }
        co_await send_grpc_status(stream, exchange, status, grpc_status_of(status), page.view());
        co_return;
    }
    ResponseStart start{.status = status};
    if (status == 204 || status == 304) {  // without a body, whatever is said of one: RFC 9112 section 6.3
        start.content_type = answer.content_type;
    } else if (answer.empty) {
        start.framing = Framing::content_length;
    } else {
        start.content_type =
            write_error_page(page, status, find_field(stream.head().fields, FieldId::accept), answer.reason);
        start.framing = Framing::content_length;
        start.content_length = page.size();
    }
    start.location = answer.location;
    // Where one request was not understood, the next may begin anywhere; 421 asks for another connection.
    start.close = status == 400 || status == 421;
    edit_response(exchange, status);
    stream.begin_response(start);
    const std::array<iovec, 1> body{piece(page.view())};
    const auto sent = co_await stream.send_body({body.data(), page.empty() ? 0U : 1U}, true);
    if (sent.status != io::IoStatus::ok) stream.fail_response();
}

}  // namespace fairway::proxy
