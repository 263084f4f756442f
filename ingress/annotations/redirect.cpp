#include <fmt/format.h>

#include "base/ascii.hpp"
#include "ingress/annotations/policies.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

/// ingress-nginx's characters of a URL (reference 3.1): nothing that could end a field, and '$' only where variables may be.
Result<std::string> parse_url(std::string_view text, bool variables) {
    const std::string_view others = variables ? "-._~/:,?&=%#@!+;()*${}" : "-._~/:,?&=%#@!+;()*";
    for (const char c : text)
        if (!ascii::is_alnum(c) && others.find(c) == std::string_view::npos)
            return Error{fmt::format("\"{}\" holds characters that a redirect must not have; write a URL such as "
                                     "https://shop.example.com/new",
                                     text)};
    return std::string(text);
}

bool is_http_url(std::string_view text) {
    return ascii::iequals(text.substr(0, 7), "http://") || ascii::iequals(text.substr(0, 8), "https://");
}

Result<std::string> parse_permanent(std::string_view text, bool variables) {
    auto url = parse_url(text, variables);
    if (url && !is_http_url(*url) && !url->starts_with('/'))
        return Error{
            fmt::format("\"{}\" is neither a URL nor a path; write https://shop.example.com/new or /new", text)};
    return url;
}

Result<std::string> parse_temporal(std::string_view text, bool variables) {
    auto url = parse_url(text, variables);
    if (url && !is_http_url(*url))
        return Error{fmt::format("\"{}\" is not a URL; write one such as https://shop.example.com/new", text)};
    return url;
}

/// Reference 3.2: a number out of the range is the default.
void read_status(SettingReader& settings, std::string_view name, std::uint16_t highest, std::uint16_t& status) {
    settings.read(name, status, [&](std::string_view text) { return parse_integer(text, 300, highest); });
}

}  // namespace

std::optional<routing::Redirect> read_redirect(SettingReader& settings, bool variables) {
    const auto read_location = [&](std::string_view name, routing::Redirect& redirect, auto parse) {
        settings.read(name, redirect, [&](std::string_view text) -> Result<routing::Redirect> {
            auto url = parse(text, variables);
            if (!url) return url.error();
            routing::Redirect read{.location = *std::move(url), .status = redirect.status};
            if (read.location.find('$') == std::string::npos) return read;
            auto target = routing::parse_text_template(read.location);
            if (!target) return target.error();
            read.with_variables = *std::move(target);
            return read;
        });
    };
    routing::Redirect permanent{.location = {}, .status = 301};
    routing::Redirect temporal{.location = {}, .status = 302};
    read_location("permanent-redirect", permanent, parse_permanent);
    read_status(settings, "permanent-redirect-code", 308, permanent.status);
    read_location("temporal-redirect", temporal, parse_temporal);
    read_status(settings, "temporal-redirect-code", 307, temporal.status);
    if (!temporal.location.empty()) return temporal;
    return permanent.location.empty() ? std::nullopt : std::optional(std::move(permanent));
}

}  // namespace fairway::ingress
