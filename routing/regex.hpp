// Regular expressions that configuration holds, matched against what clients send: PCRE2 as nginx uses it, with limits, so
// that no pattern and no request can keep a worker busy.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace fairway::routing {

/// The whole match, then groups 1 to 9. A group that took no part is empty.
using RegexGroups = std::array<std::string_view, 10>;

enum class RegexOutcome : std::uint8_t {
    no_match,
    matched,
    gave_up,  ///< a limit was reached; counted in Regex::gave_up_count()
};

/// A compiled pattern. Copies share it; any number of threads may match with it. Compares by what it was compiled from.
class Regex {
public:
    enum class Case : std::uint8_t { sensitive, ignored };

    static constexpr std::size_t kMaxPatternBytes = 4096;

    /// Works on bytes, as nginx does; a pattern that begins with (*UTF) works on UTF-8. Not anchored.
    /// The Error names the place: `pattern "/a(b": missing closing parenthesis at byte 5`.
    static Result<Regex> compile(std::string_view pattern, Case case_mode = Case::sensitive);

    /// Compiled to machine code: some 50 ns and no allocation for the usual pattern. Whoever guards access by a pattern has
    /// to treat gave_up as if the guard had fired.
    /// @param groups  when given and it matched: views of `subject`.
    RegexOutcome match(std::string_view subject, RegexGroups* groups = nullptr) const noexcept;
    /// match() == matched: giving up is no match.
    bool matches(std::string_view subject) const noexcept { return match(subject) == RegexOutcome::matched; }

    const std::string& pattern() const noexcept;

    /// How many matches of this process ended at a limit: metric fairway_regex_limit_reached_total.
    static std::uint64_t gave_up_count() noexcept;

    bool operator==(const Regex& other) const noexcept;

private:
    struct Compiled;

    explicit Regex(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}

    std::shared_ptr<const Compiled> compiled_;
};

}  // namespace fairway::routing
