// fastcgi-index and fastcgi-params-configmap.
#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "ingress/annotations/policies.hpp"

namespace fairway::ingress {

namespace {

constexpr std::string_view kIndex = "fastcgi-index";
constexpr std::string_view kParams = "fastcgi-params-configmap";

/// ingress-nginx: the characters of an index and of a parameter's name.
bool is_plain(std::string_view text) {
    return !text.empty() &&
           std::ranges::all_of(text, [](char c) { return ascii::is_alnum(c) || c == '.' || c == '-' || c == '_'; });
}

Result<routing::TextTemplate> parse_value(std::string_view text) {
    if (!std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; }))
        return Error{"its value has characters that are not printable ASCII"};
    auto value = routing::parse_text_template(text);
    if (value && std::ranges::any_of(value->pieces, [](const auto& piece) { return piece.group != 0; }))
        return Error{"groups of the path, $1 to $9, have no values here"};
    return value;
}

Result<std::vector<routing::FastCgi::Param>> read_params(const k8s::ConfigMap& map) {
    std::vector<routing::FastCgi::Param> params;
    for (const auto& [name, text] : map.data) {
        const auto refused = [&](std::string_view problem) {
            return Error{fmt::format("ConfigMap {}: {}: {}", map.meta.name.to_string(), name, problem)};
        };
        if (!is_plain(name)) return refused("is no name of a parameter; write letters, digits, '.', '-' and '_'");
        auto value = parse_value(ascii::trim(std::string_view(text).substr(0, text.find_last_not_of("\r\n") + 1)));
        if (!value) return refused(value.error().message);
        params.push_back({name, *std::move(value)});
    }
    return params;
}

void report_without_effect(SettingReader& settings) {
    for (const auto name : {kIndex, kParams})
        if (settings.find(name))
            settings.report(Severity::warning, name, "has no effect without backend-protocol: FCGI",
                            "AnnotationWithoutEffect");
}

/// As in ingress-nginx: what stands there may be what keeps other scripts from being run.
void close_paths(SettingReader& settings, const Error& why, std::string_view reason, std::string& denied) {
    settings.report(Severity::error, kParams, with_outcome(why.message, "Every path of this Ingress answers 503"),
                    reason);
    if (denied.empty()) denied = fmt::format("annotation {}: {}", kParams, why.message);
}

}  // namespace

std::optional<routing::FastCgi> read_fastcgi(SettingReader& settings, References& references, bool spoken,
                                             std::string& denied) {
    if (!spoken) {
        report_without_effect(settings);
        return std::nullopt;
    }
    routing::FastCgi result;
    if (const auto index = settings.find(kIndex)) {
        if (is_plain(*index))
            result.index = *index;
        else
            settings.refuse(kIndex,
                            fmt::format("\"{}\" is no file name of letters, digits, '.', '-' and '_'; write one "
                                        "such as index.php. Keeping none",
                                        *index));
    }
    if (const auto name = settings.find(kParams)) {
        if (const auto resolved = references.resolve(*name); !resolved) {
            close_paths(settings, resolved.error(), "InvalidValue", denied);
            return result;
        }
        const auto map = references.config_map(*name);
        if (!map) {
            close_paths(settings, map.error(), "ConfigMapNotFound", denied);
            return result;
        }
        auto params = read_params(**map);
        if (!params) {
            close_paths(settings, params.error(), "InvalidValue", denied);
            return result;
        }
        result.params = *std::move(params);
    }
    if (!std::ranges::binary_search(result.params, "SCRIPT_FILENAME", {}, &routing::FastCgi::Param::name))
        settings.report(Severity::notice, "backend-protocol",
                        "is FCGI without the parameter SCRIPT_FILENAME, which PHP needs; name a ConfigMap with it by "
                        "fastcgi-params-configmap, such as SCRIPT_FILENAME: /var/www/html$fastcgi_script_name",
                        "FastCgiScriptMissing");
    return result == routing::FastCgi{} ? std::nullopt : std::optional(std::move(result));
}

}  // namespace fairway::ingress
