// Every rule set that some configuration uses, compiled once for each text.
#pragma once

#include <compare>
#include <map>
#include <memory>
#include <string>

#include "waf/rule_set.hpp"

namespace fairway::waf {

struct RuleChoice {
    std::string snippet;  ///< ConfigMap key modsecurity-snippet; empty: the base rules
    bool core_rules = false;

    auto operator<=>(const RuleChoice&) const = default;
};

/// Of the control thread. Holds what it has made until nobody else does, so that rules are never torn down by a worker that
/// happened to end the last request of a snapshot.
class RuleSets {
public:
    using Compiled = Result<std::shared_ptr<const RuleSet>>;
    /// A text that the library refused is not compiled again before drop_unused(). What is missing on the machine is looked for
    /// each time.
    Compiled find(const RuleChoice& choice);

    /// Forgets what no route has any more.
    void drop_unused();

private:
    std::map<RuleChoice, Compiled> known_;
};

}  // namespace fairway::waf
