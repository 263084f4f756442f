// ModSecurity on a request's way: its head, its body before an endpoint is asked, the response's head before it is sent, the
// response's body on its way, the log at the end. docs/modsecurity.md.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "proxy/body_filter.hpp"
#include "proxy/request_body.hpp"
#include "proxy/request_steps.hpp"
#include "routing/policy/upstream_protocol.hpp"
#include "waf/transaction.hpp"

namespace fairway::proxy {

/// Of one request (Exchange::inspection), from its step to its end: phase 5 runs when it is destroyed. Evaluation is plain
/// computing on the worker's thread.
class Inspection final : private waf::MatchLog {
public:
    Inspection(WorkerContext& worker, const Exchange& exchange);

    /// What a phase decided; none: the request goes on. From then on no further phase runs.
    const std::optional<waf::Intervention>& refusal() const noexcept { return refusal_; }
    /// The response goes through make_inspection_filter().
    bool wants_response_body() const noexcept { return wants_response_body_; }

    // Phases 1 to 4. False: refused.
    bool judge_request_head(const Exchange& exchange);
    /// False also when the body cannot be read; there is no refusal() then.
    bool judge_request_body(const RequestBody& body);
    bool judge_request_without_body();
    /// @param has_body  there will be a body, so that phase 4 is for later.
    bool judge_response_head(const ResponseHead& response, bool has_body);
    bool add_response_body(std::span<const iovec> pieces);
    bool judge_response_body();

private:
    void matched(std::string_view text) override;
    bool pass_or_refuse(std::optional<waf::Intervention> intervention);
    void write_log(std::string_view event, std::string_view text);

    WorkerContext& worker_;
    const routing::ModSecurity& policy_;
    const routing::RouteOwner* const owner_;  // null: the default backend's
    const std::string id_;
    waf::Transaction transaction_;
    std::optional<waf::Intervention> refusal_;
    bool wants_response_body_ = false;
    bool body_enough_ = false;  // of the response: the rest of it is of no interest
};

/// The step of the request list: begins the inspection, phase 1.
StepResult inspect_request_head(StepContext& context);
/// For explain.
std::string inspection_verdict(const Exchange& exchange);

/// The body has to be at hand for phase 2. Not that of a gRPC call or a WebSocket over HTTP/2, which are streams without end;
/// what a client may write to look like one does not count where the endpoint speaks HTTP/1.
bool inspects_body(const Exchange& exchange, routing::UpstreamProtocol protocol);

/// Phase 2, for requests with an inspection.
Failure inspect_request_body(Exchange& exchange, const RequestBody& body, routing::UpstreamProtocol protocol);

/// Phase 3, and 4 of a response without a body that is looked at.
Failure inspect_response_head(Exchange& exchange);

/// Phase 4. nginx's connector does it alike: bytes go on to the client while they are looked at, and a response that is
/// refused at its end is cut.
std::unique_ptr<BodyFilter> make_inspection_filter(Inspection& inspection, BodyFilter& next);

/// What a client gets in place of what was refused.
OwnAnswer refusal_answer(const waf::Intervention& refusal);

}  // namespace fairway::proxy
