#include "ingress/annotations/access_guard.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "ingress/annotations/snippet_advice.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

bool restricts_nothing(std::string_view name, const AnnotationDescriptor& row, std::string_view value) {
    if (name == "allowlist-source-range" || name == "whitelist-source-range") return allows_every_address(value);
    if (row.default_value.empty()) return false;
    // A switch that is off, or "satisfy: all". Options of authentication are not looked at this way: they never stand alone.
    const bool is_switch = parse_bool(row.default_value).has_value() || name == "satisfy";
    if (!is_switch || name.starts_with("auth-")) return false;
    if (ascii::iequals(row.default_value, value)) return true;
    const auto wanted = parse_bool(value);
    return wanted && !*wanted;
}

}  // namespace

bool allows_every_address(std::string_view source_range) {
    const auto networks = parse_networks(source_range);
    if (!networks) return false;
    const auto has_all = [&](bool v6) {
        return std::ranges::any_of(*networks,
                                   [v6](const IpNetwork& n) { return n.prefix_bits == 0 && n.base.v6 == v6; });
    };
    return has_all(false) && has_all(true);
}

std::string refuse_unmet_guard(SettingReader& settings, std::string_view name, const AnnotationDescriptor& row,
                               std::string_view value) {
    if (restricts_nothing(name, row, value)) return {};
    const bool snippet = row.status == Status::refused;
    const auto why =
        snippet ? "nginx configuration text is never taken" : "it guards access and does not act in this version";
    const auto fix = snippet ? "." + advise_on_snippet(value, settings.prefix()).to_string()
                             : std::string("; remove it to serve the paths without it.");
    settings.report(Severity::error, name, fmt::format("{}{} Every path of this Ingress answers 503", why, fix),
                    snippet ? "SnippetNotSupported" : "AccessGuardNotSupported");
    return fmt::format("annotation {}: {}", name, why);
}

}  // namespace fairway::ingress
