// Keys that keep clients out, wherever they go.
#include <fmt/format.h>

#include "ingress/annotations/access_guard.hpp"
#include "ingress/annotations/policies.hpp"
#include "ingress/configmap/sections.hpp"
#include "ingress/values.hpp"
#include "routing/policy/block_rules.hpp"

namespace fairway::ingress {

routing::ValuePatterns read_patterns(SettingReader& settings, std::string_view name) {
    routing::ValuePatterns patterns;
    for (const auto& item : split_list(settings.find(name).value_or(""))) {
        if (!item.starts_with('~')) {
            patterns.values.push_back(item);
            continue;
        }
        const bool any_case = item.starts_with("~*");
        auto pattern =
            routing::Regex::compile(std::string_view(item).substr(any_case ? 2 : 1),
                                    any_case ? routing::Regex::Case::ignored : routing::Regex::Case::sensitive);
        if (pattern)
            patterns.patterns.push_back(*std::move(pattern));
        else
            settings.report(Severity::error, name,
                            with_outcome(pattern.error().message, "It is left out; the others hold"), "InvalidValue");
    }
    return patterns;
}

void read_access_control(SettingReader& settings, ConfigMapSettings& result) {
    std::string& denied = result.defaults.policy.denied;
    routing::BlockRules rules;
    if (const auto text = settings.find("block-cidrs")) {
        if (const auto networks = parse_networks(*text))
            rules.addresses = routing::NetworkSet(*networks);
        else
            close_paths(settings, "block-cidrs", networks.error().message, denied);
    }
    rules.user_agents = read_patterns(settings, "block-user-agents");
    rules.referers = read_patterns(settings, "block-referers");
    if (!(rules == routing::BlockRules{})) result.data_plane.block_rules = std::move(rules);
    read_access_list(settings, result.defaults.policy.access_list, denied);
    result.defaults.global_auth = read_global_auth(settings, denied);
    if (const auto text = settings.find("no-auth-locations")) result.no_auth_locations = split_list(*text);
}

}  // namespace fairway::ingress
