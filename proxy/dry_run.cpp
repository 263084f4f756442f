#include "proxy/dry_run.hpp"

#include <fmt/format.h>

#include "proxy/failure.hpp"
#include "proxy/find_route.hpp"
#include "proxy/http/status_reason.hpp"
#include "proxy/http1/head_parser.hpp"
#include "proxy/request_steps.hpp"

namespace fairway::proxy {

namespace {

std::string answer_text(const OwnAnswer& answer) {
    const auto status = fmt::format("answers {} {}", answer.status, status_reason(answer.status));
    return answer.location.empty() ? status : status + ", Location " + answer.location;
}

/// What the step says, and its answer if it has one.
std::optional<OwnAnswer> take(const RequestStep& step, Exchange& exchange, DryStep& report) {
    std::optional<OwnAnswer> answer;
    if (step.judge != nullptr) answer = step.judge(exchange);
    if (answer)
        report.verdict = answer_text(*answer);
    else if (step.verdict != nullptr)
        report.verdict = step.verdict(exchange);
    else
        report.verdict = step.judge != nullptr ? "lets the request pass" : "is decided when a request comes";
    return answer;
}

DryRun walk(Exchange& exchange) {
    DryRun result;
    for (const RequestStep& step : request_steps()) {
        DryStep report{.name = step.name, .verdict = {}, .wanted = false};
        if (result.answer) {
            report.verdict = "not reached";
        } else if (!step.wanted(exchange)) {
            report.verdict = "not asked for";
        } else {
            report.wanted = true;
            result.answer = take(step, exchange, report);
            if (result.answer) result.answered_by = step.name;
        }
        result.steps.push_back(std::move(report));
    }
    const RequestEdits& edits = exchange.request_edits;
    result.target = edits.target.empty() ? std::string(exchange.request.origin_form) : edits.target;
    return result;
}

}  // namespace

Result<DryRun> dry_run(std::shared_ptr<const routing::Snapshot> snapshot, const DryRequest& request) {
    ConnectionFacts facts;
    facts.peer = {request.client, 0};
    facts.peer_text = request.client.to_string();
    facts.local_port = request.port;
    facts.tls = request.tls;

    Exchange exchange;
    exchange.snapshot = SnapshotRef(std::move(snapshot));
    std::size_t scanned = 0;
    const auto parsed = http1::parse_request_head(request.head, scanned, {}, {}, exchange.request);
    if (parsed.error != http1::HeadError::none)
        return Error{fmt::format("the request would be answered {}: {}", http1::status_of(parsed.error),
                                 http1::to_text(parsed.error))};
    exchange.record.connection = &facts;
    exchange.record.request = &exchange.request;
    identify(facts, exchange);
    std::string scratch(exchange.request.path.size(), '\0');
    if (find_route(scratch, exchange) != Failure::none)
        return Error{"the request would be answered 400: its path cannot be compared with rules"};
    return walk(exchange);
}

}  // namespace fairway::proxy
