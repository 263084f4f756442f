#include "ingress/annotations/access_guard.hpp"
#include "ingress/annotations/policies.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

void read_switch(SettingReader& settings, std::string_view name, bool& value, std::string& denied) {
    const auto text = settings.find(name);
    if (!text) return;
    if (const auto parsed = parse_bool(*text))
        value = *parsed;
    else
        close_paths(settings, name, parsed.error().message, denied);
}

}  // namespace

ModSecurityDefaults read_modsecurity_defaults(SettingReader& settings) {
    ModSecurityDefaults result;
    read_switch(settings, "enable-modsecurity", result.enabled, result.denied);
    read_switch(settings, "enable-owasp-modsecurity-crs", result.core_rules, result.denied);
    result.snippet = settings.find("modsecurity-snippet").value_or("");
    if (result.enabled) return result;
    const auto say = [&](std::string_view name) {
        settings.report(Severity::warning, name, "has no effect without enable-modsecurity: \"true\"",
                        "KeyWithoutEffect");
    };
    if (result.core_rules) say("enable-owasp-modsecurity-crs");
    if (!result.snippet.empty()) say("modsecurity-snippet");
    return result;
}

std::optional<ModSecuritySettings> read_modsecurity(SettingReader& settings, const ModSecurityDefaults& defaults,
                                                    routing::RoutePolicy& policy) {
    policy.modsecurity.reset();
    bool enabled = defaults.enabled;
    bool core_rules = false;
    std::string denied;
    read_switch(settings, "enable-modsecurity", enabled, denied);
    read_switch(settings, "enable-owasp-core-rules", core_rules, denied);
    ModSecuritySettings result;
    settings.read("modsecurity-transaction-id", result.transaction_id, routing::parse_text_template);
    // Whoever switches it off does not mind that the rules of the ConfigMap cannot act.
    if (!enabled && !defaults.denied.empty() && policy.denied == defaults.denied) policy.denied.clear();
    if (policy.denied.empty()) policy.denied = std::move(denied);
    if (!enabled) {
        for (const std::string_view name : {"enable-owasp-core-rules", "modsecurity-transaction-id"})
            if (settings.find(name) && (core_rules || name != "enable-owasp-core-rules"))
                settings.report(Severity::warning, name,
                                "has no effect without enable-modsecurity: \"true\"; nothing is inspected",
                                "AnnotationWithoutEffect");
        return std::nullopt;
    }
    result.snippet = defaults.enabled ? defaults.snippet : std::string();
    result.core_rules = core_rules || (defaults.enabled && defaults.core_rules);
    return result;
}

}  // namespace fairway::ingress
