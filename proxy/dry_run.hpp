// A request that nobody made, taken through the list of request steps (request_steps.hpp): what `fairway explain` shows.
// Nothing is sent, asked or counted.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.hpp"
#include "base/result.hpp"
#include "proxy/own_answer.hpp"
#include "routing/snapshot.hpp"

namespace fairway::proxy {

struct DryRequest {
    std::string head;  ///< as HTTP/1.1 has it, with the empty line at its end
    bool tls = false;
    IpAddress client;         ///< of the connection
    std::uint16_t port = 80;  ///< of the listener
};

struct DryStep {
    std::string_view name;
    std::string verdict;  ///< one line
    bool wanted = false;  ///< the route, or the request, asks for the step
};

struct DryRun {
    std::vector<DryStep> steps;  ///< all of them, in their order; behind an answer they are not reached
    std::optional<OwnAnswer>
        answer;                    ///< what the client gets from the step that answers; none: the request is forwarded
    std::string_view answered_by;  ///< that step
    std::string target;            ///< path and query that the endpoint would get
};

/// Error: the head is not a request that Fairway takes.
Result<DryRun> dry_run(std::shared_ptr<const routing::Snapshot> snapshot, const DryRequest& request);

}  // namespace fairway::proxy
