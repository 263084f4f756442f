// What may answer a request, or change it, once its route is known: one list, in the order of the reference's section 2.1.
// handle_request() goes through it, and `fairway explain` prints it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "proxy/downstream_stream.hpp"
#include "proxy/exchange.hpp"
#include "proxy/own_answer.hpp"
#include "proxy/worker_context.hpp"

namespace fairway::proxy {

/// What a step may look at and change.
struct StepContext {
    WorkerContext& worker;
    DownstreamStream& stream;
    Exchange& exchange;
};

/// An answer ends the request. Edits in the exchange take effect when it is forwarded.
using StepResult = std::optional<OwnAnswer>;

/// One of `decide`, `wait` and `judge` acts.
struct RequestStep {
    std::string_view name;  ///< as explain calls it
    /// False: the route has no such policy, and nothing more is spent on it.
    bool (*wanted)(const Exchange&);
    StepResult (*decide)(StepContext&) = nullptr;
    /// For a step that has to ask somebody first.
    io::Task<StepResult> (*wait)(StepContext&) = nullptr;
    /// For a step that needs nothing but the exchange and changes nothing else: explain runs it as well.
    StepResult (*judge)(Exchange&) = nullptr;
    /// What explain says of a step without `judge`, or after a `judge` that did not answer: one line, found without asking
    /// anybody or counting anything.
    std::string (*verdict)(const Exchange&) = nullptr;
    /// Decided for the host before any path counts: nginx's server stage, whose answers have no Strict-Transport-Security
    /// (reference 6.5).
    bool of_host = false;
};

std::span<const RequestStep> request_steps() noexcept;

/// What the route puts into its responses, whoever made them; called once, before the response begins.
/// @param status  of the response.
void edit_response(Exchange& exchange, std::uint16_t status);

}  // namespace fairway::proxy
