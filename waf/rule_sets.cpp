#include "waf/rule_sets.hpp"

#include "waf/api.hpp"

namespace fairway::waf {

RuleSets::Compiled RuleSets::find(const RuleChoice& choice) {
    if (const auto known = known_.find(choice); known != known_.end()) return known->second;
    auto text = prepare_rules(choice.snippet, choice.core_rules);
    if (!text) return text.error();
    if (const auto api = load_api(); !api) return api.error();
    return known_.emplace(choice, RuleSet::compile(*text)).first->second;
}

void RuleSets::drop_unused() {
    std::erase_if(known_, [](const auto& entry) { return !entry.second || entry.second->use_count() == 1; });
}

}  // namespace fairway::waf
