// AdmissionReview (admission.k8s.io/v1): the question that an API server asks a webhook, and the answer, as JSON.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace fairway::ingress {

struct AdmissionQuestion {
    std::string uid;
    std::string group;      ///< of request.kind: "networking.k8s.io"
    std::string version;    ///< "v1"
    std::string kind;       ///< "Ingress"
    std::string operation;  ///< "CREATE", "UPDATE"
    std::string object;     ///< JSON; empty when nothing is to be stored, as for DELETE
    /// Of `object`, as far as they make sense: what says whose an Ingress is.
    std::string ns;
    std::optional<std::string> class_name;
    std::map<std::string, std::string> annotations;
};

struct Verdict {
    std::string denial;                 ///< empty: allowed
    std::vector<std::string> warnings;  ///< what kubectl shows whether or not it is allowed
};

/// Errors: no JSON, or no AdmissionReview of v1 with a request.
Result<AdmissionQuestion> parse_review(std::string_view body);

/// Control characters become spaces, and what is too long for the API server is cut: it would drop all warnings.
std::string review_answer(std::string_view uid, const Verdict& verdict);

}  // namespace fairway::ingress
