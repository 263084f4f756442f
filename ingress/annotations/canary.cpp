#include <fmt/format.h>

#include <algorithm>

#include "ingress/annotations/policies.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

constexpr std::int64_t kMaxWeight = 1'000'000'000;
constexpr std::string_view kOptions[] = {"canary-by-header", "canary-by-header-value", "canary-by-header-pattern",
                                         "canary-by-cookie", "canary-weight",          "canary-weight-total"};

Result<std::int64_t> parse_weight(std::string_view text) { return parse_integer(text, 0, kMaxWeight); }

/// ingress-nginx: a total under 100 has no effect.
Result<std::int64_t> parse_total(std::string_view text) {
    const auto total = parse_integer(text, 1, kMaxWeight);
    if (!total) return total.error();
    return std::max<std::int64_t>(*total, 100);
}

void read_pattern(SettingReader& settings, routing::CanaryRule& rule) {
    const auto text = settings.find("canary-by-header-pattern");
    if (!text) return;
    if (!rule.header_value.empty()) {
        settings.report(Severity::notice, "canary-by-header-pattern", "has no effect beside canary-by-header-value",
                        "AnnotationWithoutEffect");
        return;
    }
    auto compiled = routing::Regex::compile(*text);
    if (compiled) {
        rule.pattern = *std::move(compiled);
        return;
    }
    rule.broken_pattern = true;
    settings.refuse("canary-by-header-pattern",
                    compiled.error().message + ". Requests with the header stay with the primary");
}

void report_options_without_canary(SettingReader& settings) {
    for (const auto name : kOptions)
        if (settings.find(name))
            settings.report(Severity::warning, name,
                            "has no effect without canary: \"true\"; this Ingress serves its paths like any other. Set "
                            "canary, or remove the option",
                            "CanaryOptionWithoutCanary");
    if (settings.find("affinity-canary-behavior"))
        settings.report(Severity::notice, "affinity-canary-behavior",
                        "has an effect only on Ingresses with canary: \"true\"", "AnnotationWithoutEffect");
}

}  // namespace

std::optional<CanaryOffer> read_canary(SettingReader& settings) {
    bool enabled = false;
    settings.read("canary", enabled, parse_bool);
    if (!enabled) {
        report_options_without_canary(settings);
        return std::nullopt;
    }
    CanaryOffer offer;
    routing::CanaryRule& rule = offer.rule;
    settings.read("canary-by-header", rule.header, parse_basic_text);
    settings.read("canary-by-header-value", rule.header_value, parse_basic_text);
    read_pattern(settings, rule);
    settings.read("canary-by-cookie", rule.cookie, parse_basic_text);
    settings.read("canary-weight", rule.weight, parse_weight);
    settings.read("canary-weight-total", rule.weight_total, parse_total);
    if (rule.header.empty() && (!rule.header_value.empty() || rule.pattern || rule.broken_pattern))
        settings.report(Severity::warning,
                        rule.header_value.empty() ? "canary-by-header-pattern" : "canary-by-header-value",
                        "has no effect without canary-by-header", "AnnotationWithoutEffect");
    if (const auto text = settings.find("affinity-canary-behavior")) {
        if (*text == "legacy")
            offer.sticky = false;
        else if (*text != "sticky")
            settings.refuse("affinity-canary-behavior",
                            fmt::format("\"{}\" is neither sticky nor legacy. Keeping sticky", *text));
    }
    return offer;
}

bool acts_on_canaries(std::string_view annotation) {
    return annotation == "canary" || annotation == "affinity-canary-behavior" || annotation == "load-balance" ||
           annotation.starts_with("upstream-hash-by") || annotation == "service-upstream" ||
           std::ranges::find(kOptions, annotation) != std::end(kOptions);
}

}  // namespace fairway::ingress
