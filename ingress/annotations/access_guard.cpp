#include "ingress/annotations/access_guard.hpp"

#include "base/ascii.hpp"
#include "ingress/annotations/snippet_advice.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

bool restricts_nothing(std::string_view name, const AnnotationDescriptor& row, std::string_view value) {
    if (row.default_value.empty()) return false;
    // A switch that is off. Options of authentication are not looked at this way: they never stand alone.
    if (!parse_bool(row.default_value) || name.starts_with("auth-")) return false;
    if (ascii::iequals(row.default_value, value)) return true;
    const auto wanted = parse_bool(value);
    return wanted && !*wanted;
}

}  // namespace

bool is_annotation(const SettingReader& settings) { return !settings.prefix().empty(); }

void close_paths(SettingReader& settings, std::string_view name, std::string_view why, std::string& denied) {
    const bool annotation = is_annotation(settings);
    settings.report(Severity::error, name,
                    with_outcome(std::string(why),
                                 annotation ? "Every path of this Ingress answers 503" : "Every path answers 503"),
                    "InvalidGuard");
    if (denied.empty()) denied = fmt::format("{} {}: {}", annotation ? "annotation" : "ConfigMap key", name, why);
}

std::string refuse_unmet_guard(SettingReader& settings, std::string_view name, const AnnotationDescriptor& row,
                               std::string_view value) {
    if (restricts_nothing(name, row, value)) return {};
    const bool snippet = row.status == Status::refused;
    const bool rules = name == "modsecurity-snippet";
    const std::string_view why = rules     ? "rules of ModSecurity are not taken from Ingresses"
                                 : snippet ? "nginx configuration text is never taken"
                                           : "it guards access and does not act in this version";
    const auto fix =
        rules ? std::string("; write them into the ConfigMap key modsecurity-snippet, which holds for every Ingress.")
        : snippet ? "." + advise_on_snippet(value, settings.prefix()).to_string()
                  : std::string("; remove it to serve the paths without it.");
    settings.report(Severity::error, name, fmt::format("{}{} Every path of this Ingress answers 503", why, fix),
                    snippet ? "SnippetNotSupported" : "AccessGuardNotSupported");
    return fmt::format("annotation {}: {}", name, why);
}

}  // namespace fairway::ingress
