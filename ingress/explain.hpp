// Why a request goes where it goes: the steps of `fairway explain`.
#pragma once

#include <string>
#include <vector>

namespace fairway::ingress {

struct ExplainRequest {
    std::string method = "GET";
    std::string url;  ///< "http://host[:port]/path?query", "https://…" or "host/path" (taken as http)
};

/// One step of the decision.
struct ExplainStep {
    std::string topic;                 ///< "host", "path", "ingress", "policies", "backend", "endpoints", "tls"
    std::string verdict;               ///< one line: "shop.example.com (exact)"
    std::vector<std::string> details;  ///< more lines; may be empty
};

struct Explanation {
    std::vector<ExplainStep> steps;  ///< in the order in which they are decided
    std::string outcome;  ///< one line: "forwarded to one of 3 endpoints of shop/web port 80", "308 to https://…"
    unsigned status = 0;  ///< what Fairway itself answers; 0 when the request is forwarded
};

}  // namespace fairway::ingress
