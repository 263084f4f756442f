// The parts of Translator that compile ModSecurity's rules.
#include "ingress/annotations/access_guard.hpp"
#include "ingress/setting_reader.hpp"
#include "ingress/translator.hpp"
#include "routing/policy/modsecurity.hpp"
#include "waf/rule_sets.hpp"

namespace fairway::ingress {

/// For what the ConfigMap alone decides. Rules that cannot act close every path that they would guard.
void Translator::compile_default_rules(const k8s::ConfigMap& map, ConfigMapSettings& settings,
                                       std::vector<Diagnostic>& diagnostics) {
    auto& wanted = settings.defaults.modsecurity;
    auto& policy = settings.defaults.policy;
    if (wanted.enabled && wanted.denied.empty()) {
        auto reader = SettingReader::of_configmap(map, diagnostics);
        const std::string_view key = wanted.snippet.empty() ? "enable-modsecurity" : "modsecurity-snippet";
        if (const auto rules = rule_sets_->find({wanted.snippet, wanted.core_rules}); !rules) {
            close_paths(reader, key, rules.error().message, wanted.denied);
        } else {
            policy.modsecurity = routing::ModSecurity{*rules, {}};
            for (const auto& note : (*rules)->notes())
                reader.report(Severity::warning, key, note, "ModSecurityDirectiveReplaced");
        }
    }
    if (policy.denied.empty()) policy.denied = wanted.denied;
}

}  // namespace fairway::ingress
