#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.hpp"
#include "ingress/annotations/policies.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

bool consists_of(std::string_view text, std::string_view others, bool digits = true) {
    return std::ranges::all_of(text, [&](char c) {
        return (ascii::is_alnum(c) && (digits || !ascii::is_digit(c))) || others.find(c) != std::string_view::npos;
    });
}

/// "https://shop.example.com:8443", "https://*.example.com", "null".
std::optional<routing::CorsOrigin> parse_origin(std::string_view text) {
    if (text == "null") return routing::CorsOrigin{.scheme = "null", .any_label = false, .rest = {}};
    const auto end = text.find("://");
    if (end == std::string_view::npos || end == 0 || !consists_of(text.substr(0, end), "+-.")) return std::nullopt;
    auto rest = text.substr(end + 3);
    const bool any_label = rest.starts_with("*.");
    if (any_label) rest.remove_prefix(1);
    if (rest.size() < 2 || !consists_of(rest, ".-:")) return std::nullopt;
    return routing::CorsOrigin{ascii::lower_copy(text.substr(0, end + 3)), any_label, ascii::lower_copy(rest)};
}

/// Where ingress-nginx lets every origin in when no item is good, nobody is let in here.
void read_origins(SettingReader& settings, routing::Cors& cors) {
    const auto text = settings.find("cors-allow-origin");
    if (!text) return;
    cors.any_origin = false;
    for (const auto& item : split_list(*text)) {
        if (item == "*") {
            cors.any_origin = true;
        } else if (auto origin = parse_origin(item)) {
            cors.origins.push_back(*std::move(origin));
        } else {
            settings.refuse("cors-allow-origin",
                            fmt::format("\"{}\" is not an origin; write one such as https://shop.example.com, "
                                        "https://*.example.com, null or *. It is left out",
                                        item));
        }
    }
    if (cors.any_origin) cors.origins.clear();
}

Result<std::string> parse_methods(std::string_view text) {
    if (consists_of(text, ", ", false)) return std::string(text);
    return Error{fmt::format("\"{}\" is not a list of methods; write GET, POST", text)};
}

Result<std::string> parse_field_names(std::string_view text) {
    if (consists_of(text, "-_, *")) return std::string(text);
    return Error{fmt::format("\"{}\" is not a list of field names; write Content-Type, Range", text)};
}

Result<std::string> parse_max_age(std::string_view text) {
    const auto seconds = parse_integer(text, -1, INT32_MAX);
    if (!seconds) return seconds.error();
    return std::string(text);
}

}  // namespace

std::optional<routing::Cors> read_cors(SettingReader& settings) {
    bool enabled = false;
    settings.read("enable-cors", enabled, parse_bool);
    routing::Cors wanted;
    read_origins(settings, wanted);
    settings.read("cors-allow-methods", wanted.methods, parse_methods);
    settings.read("cors-allow-headers", wanted.headers, parse_field_names);
    settings.read("cors-expose-headers", wanted.expose_headers, parse_field_names);
    settings.read("cors-allow-credentials", wanted.credentials, parse_bool);
    settings.read("cors-max-age", wanted.max_age, parse_max_age);
    return enabled ? std::optional(std::move(wanted)) : std::nullopt;
}

}  // namespace fairway::ingress
