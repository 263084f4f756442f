#include <algorithm>
#include <array>
#include <limits>

#include <fmt/ranges.h>

#include "base/spelling.hpp"
#include "ingress/annotations/policies.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

constexpr std::int64_t kMostTries = 1000;

constexpr std::array<std::string_view, 12> kWords{"error",    "timeout",  "invalid_header", "http_500",
                                                  "http_502", "http_503", "http_504",       "http_403",
                                                  "http_404", "http_429", "non_idempotent", "off"};
constexpr std::array<std::uint16_t, 12> kBits{
    routing::retry_error,    routing::retry_timeout,  routing::retry_invalid_header, routing::retry_http_500,
    routing::retry_http_502, routing::retry_http_503, routing::retry_http_504,       routing::retry_http_403,
    routing::retry_http_404, routing::retry_http_429, routing::retry_non_idempotent, 0};

/// nginx's proxy_next_upstream: words between spaces; commas are accepted as well. "off" stands alone.
Result<std::uint16_t> parse_conditions(std::string_view text) {
    std::string spaced(text);
    for (char& c : spaced)
        if (c == ',' || c == '\t') c = ' ';
    const auto words = split_list(spaced, ' ');
    std::uint16_t conditions = 0;
    for (const auto& word : words) {
        const auto known = std::ranges::find(kWords, std::string_view(word));
        if (known == kWords.end())
            return Error{fmt::format("\"{}\" is not a condition{}; write any of {}", word, did_you_mean(word, kWords),
                                     fmt::join(kWords, ", "))};
        if (*known == "off" && words.size() > 1) return Error{"\"off\" stands alone; leave the other conditions out"};
        conditions |= kBits[static_cast<std::size_t>(known - kWords.begin())];
    }
    return conditions;
}

/// More than kMostTries, which some write for "all", are as many.
Result<std::uint32_t> parse_tries(std::string_view text) {
    const auto tries = parse_integer(text, 0, std::numeric_limits<std::int32_t>::max());
    if (!tries) return tries.error();
    return static_cast<std::uint32_t>(std::min(*tries, kMostTries));
}

}  // namespace

void read_retry_policy(SettingReader& settings, routing::RetryPolicy& retry) {
    if (const auto text = settings.find("proxy-next-upstream")) {
        if (const auto conditions = parse_conditions(*text))
            retry.conditions = *conditions;
        else
            settings.refuse("proxy-next-upstream", conditions.error().message + ". Keeping the default");
    }
    settings.read("proxy-next-upstream-tries", retry.tries, parse_tries);
    settings.read("proxy-next-upstream-timeout", retry.timeout,
                  [](std::string_view text) { return parse_seconds(text, 0); });
}

}  // namespace fairway::ingress
