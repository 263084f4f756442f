// What may answer a request, or change it, once its route is known: one list, in the order of the reference's section 2.1.
// handle_request() goes through it, and `fairway explain` prints it.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "proxy/exchange.hpp"
#include "proxy/own_answer.hpp"

namespace fairway::proxy {

struct RequestStep {
    std::string_view name;  ///< as explain calls it
    /// False: the route has no such policy, and nothing more is spent on it.
    bool (*wanted)(const Exchange&);
    /// An answer ends the request. Edits in the exchange take effect when it is forwarded.
    std::optional<OwnAnswer> (*decide)(Exchange&);
};

std::span<const RequestStep> request_steps() noexcept;

/// What the route puts into its responses, whoever made them; called once, before the response begins.
void edit_response(Exchange& exchange);

}  // namespace fairway::proxy
