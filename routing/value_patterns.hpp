// Values that a ConfigMap key lists: words and patterns.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/ascii.hpp"
#include "routing/regex.hpp"

namespace fairway::routing {

/// As nginx's `map` compares them.
struct ValuePatterns {
    std::vector<std::string> values;  ///< whole values, in any case
    std::vector<Regex> patterns;      ///< "~…" and "~*…"

    bool empty() const noexcept { return values.empty() && patterns.empty(); }
    /// A pattern that reaches its limit counts as matched: for lists that keep clients out.
    bool may_contain(std::string_view value) const noexcept {
        return holds(value) || std::ranges::any_of(patterns, [&](const Regex& pattern) {
                   return pattern.match(value) != RegexOutcome::no_match;
               });
    }
    /// A pattern that reaches its limit does not count: for lists that hide requests.
    bool contain(std::string_view value) const noexcept {
        return holds(value) || std::ranges::any_of(patterns, [&](const Regex& pattern) {
                   return pattern.match(value) == RegexOutcome::matched;
               });
    }
    bool operator==(const ValuePatterns&) const = default;

private:
    bool holds(std::string_view value) const noexcept {
        return std::ranges::any_of(values, [&](const auto& known) { return ascii::iequals(known, value); });
    }
};

}  // namespace fairway::routing
