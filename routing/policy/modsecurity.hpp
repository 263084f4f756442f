// ModSecurity on a route: annotations enable-modsecurity, enable-owasp-core-rules, modsecurity-transaction-id, and the
// ConfigMap keys of the same group. docs/modsecurity.md.
#pragma once

#include <memory>

#include "routing/text_template.hpp"

namespace fairway::waf {
class RuleSet;  // waf/rule_set.hpp
}

namespace fairway::routing {

struct ModSecurity {
    std::shared_ptr<const waf::RuleSet> rules;  ///< never null; routes with the same rules share it
    TextTemplate transaction_id;                ///< without pieces: the request's id

    bool operator==(const ModSecurity&) const = default;
};

}  // namespace fairway::routing
