// Why a request goes where it goes: the steps of `fairway explain`.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ip_address.hpp"
#include "base/result.hpp"

namespace fairway::routing {
struct Snapshot;  // routing/snapshot.hpp
}

namespace fairway::ingress {

struct ExplainRequest {
    std::string method = "GET";
    std::string url;  ///< "http://host[:port]/path?query", "https://…" or "host/path" (taken as http)
    std::vector<std::pair<std::string, std::string>> fields{};  ///< of the request: name, value
    IpAddress source = *IpAddress::parse("127.0.0.1");          ///< where the client's connection comes from
};

/// The parts of ExplainRequest::url.
struct ExplainTarget {
    bool https = false;
    std::string authority;
    std::string host;   ///< authority without port
    std::string path;   ///< raw, without query
    std::string query;  ///< with its '?', or empty
};
/// Error: not a URL of a host.
Result<ExplainTarget> parse_explain_target(std::string_view url);

/// "name: value"; the Error says how to write it. Host is part of the URL.
Result<std::pair<std::string, std::string>> parse_explain_field(std::string_view text);

/// What the data plane's list of steps does with the request.
struct ExplainedSteps {
    std::vector<std::string> steps;  ///< "name: verdict", in their order
    unsigned status = 0;             ///< what a step answers; 0: none does
    std::string outcome;             ///< one line, when a step answers
    std::string target;              ///< path and query that the endpoint gets
};
/// The data plane itself is not seen from here: whoever asks for an explanation brings this along.
using ExplainSteps = std::function<ExplainedSteps(const ExplainRequest&, std::shared_ptr<const routing::Snapshot>)>;

/// One step of the decision.
struct ExplainStep {
    std::string topic;    ///< "tls", "host", "path", "ingress", "policies", "steps", "backend", "endpoints"
    std::string verdict;  ///< one line: "shop.example.com (exact)"
    std::vector<std::string> details;  ///< more lines; may be empty
};

struct Explanation {
    std::vector<ExplainStep> steps;  ///< in the order in which they are decided
    std::string outcome;  ///< one line: "forwarded to one of 3 endpoints of shop/web port 80", "308 to https://…"
    unsigned status = 0;  ///< what Fairway itself answers; 0 when the request is forwarded
};

}  // namespace fairway::ingress
