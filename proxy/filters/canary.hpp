// Which backend a request goes to: the route's own, or a canary that offers itself for the route. docs/canary.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "proxy/exchange.hpp"
#include "proxy/own_answer.hpp"
#include "proxy/worker_context.hpp"
#include "routing/policy/canary.hpp"

namespace fairway::proxy {

enum class CanaryVerdict : std::uint8_t { canary, primary, undecided };

/// What the rules by header and by cookie say; the weight decides where they do not.
CanaryVerdict judge(const routing::CanaryRule& rule, const FieldList& fields) noexcept;

/// The canary that gets a request without a session, or nullptr: the primary does. The oldest canary whose rule says so
/// wins; one whose rule says no, or that has no endpoints, gets nothing, and what it would have drawn stays with the
/// primary.
/// @param draw  by chance.
const routing::Canary* draw_canary(const routing::Canaries& canaries, const FieldList& fields,
                                   const routing::EndpointTable& endpoints, std::uint32_t draw) noexcept;

/// For a route with a backend: into RequestRecord::canary. Answers 503 when the route's own backend has no endpoint, also
/// while a canary has some.
std::optional<OwnAnswer> choose_backend(WorkerContext& worker, Exchange& exchange);

/// What choose_backend() would do, for explain: the backend, or the chances of each.
std::string backend_verdict(const Exchange& exchange);

/// After choose_backend().
inline const routing::Backend& chosen_backend(const Exchange& exchange) noexcept {
    const auto* canary = exchange.record.canary;
    return canary != nullptr ? *canary->backend : *exchange.record.route->backend;
}

}  // namespace fairway::proxy
