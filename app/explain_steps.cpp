#include "app/explain_steps.hpp"

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "proxy/dry_run.hpp"
#include "proxy/http/status_reason.hpp"

namespace fairway::app {

namespace {

std::string head_of(const ingress::ExplainRequest& request, const ingress::ExplainTarget& target) {
    auto head =
        fmt::format("{} {}{} HTTP/1.1\r\nHost: {}\r\n", request.method, target.path, target.query, target.authority);
    for (const auto& [name, value] : request.fields) head += fmt::format("{}: {}\r\n", name, value);
    return head + "\r\n";
}

std::string outcome_of(const proxy::DryRun& run) {
    const auto& answer = *run.answer;
    if (!answer.location.empty()) return fmt::format("{} to {}", answer.status, answer.location);
    return fmt::format("{} {}, by the step \"{}\"", answer.status, proxy::status_reason(answer.status),
                       run.answered_by);
}

}  // namespace

ingress::ExplainedSteps explain_steps(const ingress::ExplainRequest& request,
                                      std::shared_ptr<const routing::Snapshot> snapshot) {
    const auto target = ingress::parse_explain_target(request.url);
    if (!target) return {.steps = {}, .status = 400, .outcome = target.error().message, .target = {}};
    const auto run =
        proxy::dry_run(std::move(snapshot), {.head = head_of(request, *target),
                                             .tls = target->https,
                                             .client = request.source,
                                             .port = static_cast<std::uint16_t>(target->https ? 443 : 80)});
    if (!run) return {.steps = {}, .status = 400, .outcome = run.error().message, .target = {}};
    ingress::ExplainedSteps result;
    for (const auto& step : run->steps) result.steps.push_back(fmt::format("{}: {}", step.name, step.verdict));
    result.target = run->target;
    if (run->answer) {
        result.status = run->answer->status;
        result.outcome = outcome_of(*run);
    }
    return result;
}

}  // namespace fairway::app
