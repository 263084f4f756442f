// allowlist-source-range (whitelist-source-range) and denylist-source-range.
#include <span>

#include "ingress/annotations/access_guard.hpp"
#include "ingress/annotations/policies.hpp"
#include "ingress/values.hpp"
#include "routing/policy/access_list.hpp"

namespace fairway::ingress {

namespace {

/// nullopt: not set, or it cannot be used and closes the paths.
std::optional<routing::NetworkSet> read_networks(SettingReader& settings, std::string_view name, std::string& denied) {
    const auto text = settings.find(name);
    if (!text) return std::nullopt;
    const auto networks = parse_networks(*text);
    if (networks && !networks->empty()) return routing::NetworkSet(*networks);
    close_paths(settings, name,
                networks ? "names no address; write 192.0.2.1 or 192.0.2.0/24" : networks.error().message, denied);
    return std::nullopt;
}

}  // namespace

void read_access_list(SettingReader& settings, routing::Part<routing::AccessList>& list, std::string& denied) {
    routing::AccessList wanted = list ? *list : routing::AccessList{};
    // The newer name, which the ConfigMap does not have, goes before the older one.
    const bool newer = is_annotation(settings) && settings.find("allowlist-source-range");
    if (auto allow = read_networks(settings, newer ? "allowlist-source-range" : "whitelist-source-range", denied))
        wanted.allow = std::move(allow);
    if (auto deny = read_networks(settings, "denylist-source-range", denied)) wanted.deny = *std::move(deny);
    if (!(wanted == routing::AccessList{})) list = std::move(wanted);
}

void read_satisfy(SettingReader& settings, bool& any) {
    const auto text = settings.find("satisfy");
    if (!text) return;
    if (*text == "any" || *text == "all")
        any = *text == "any";
    else
        settings.refuse("satisfy", fmt::format("\"{}\" is neither any nor all. Keeping all", *text));
}

}  // namespace fairway::ingress
