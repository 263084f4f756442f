// Rules of ModSecurity, compiled. Made on the control thread; any number of workers evaluate them at the same time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "waf/rule_text.hpp"

namespace modsecurity {
class RulesSet;
}

namespace fairway::waf {

struct Api;  // api.hpp

class RuleSet {
public:
    /// Takes from a millisecond to some hundred (the OWASP core rules). Error: the library's message with the line of the
    /// administrator's text, or what is missing on this machine.
    static Result<std::shared_ptr<const RuleSet>> compile(const RuleText& text);

    RuleSet(const Api& api, modsecurity::RulesSet* rules, const RuleText& text);
    ~RuleSet();
    RuleSet(const RuleSet&) = delete;
    RuleSet& operator=(const RuleSet&) = delete;

    /// Some rule may look at the body: it has to be there before the request goes on.
    bool inspects_request_body() const noexcept { return request_body_; }
    bool inspects_response_body() const noexcept { return response_body_; }
    /// RuleText::notes.
    const std::vector<std::string>& notes() const noexcept { return notes_; }

private:
    friend class Transaction;

    const Api& api_;
    modsecurity::RulesSet* const rules_;
    const bool request_body_;
    const bool response_body_;
    const std::vector<std::string> notes_;
};

}  // namespace fairway::waf
