#include "ingress/annotations/host_settings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.hpp"
#include "ingress/annotations/path_template.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

Result<routing::TextTemplate> parse_app_root(std::string_view text) {
    if (!text.starts_with('/'))
        return Error{fmt::format("\"{}\" does not begin with /; write a path such as /login", text)};
    return parse_path_template(text);
}

bool is_host_name(std::string_view text) {
    return !text.empty() && !text.starts_with('.') && text.find("..") == std::string_view::npos &&
           std::ranges::all_of(text, [](char c) { return ascii::is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

Result<HostAlias> parse_alias(std::string_view text) {
    if (text.starts_with('~')) {
        // nginx matches them without case, as the name of a host has none.
        auto regex = routing::Regex::compile(text.substr(1), routing::Regex::Case::ignored);
        if (!regex) return regex.error();
        return HostAlias{std::string(text), *std::move(regex)};
    }
    auto name = ascii::lower_copy(text);
    if (name.ends_with('.')) name.pop_back();
    const bool wildcard = name.starts_with("*.");
    if (is_host_name(wildcard ? std::string_view(name).substr(2) : std::string_view(name))) return HostAlias{name, {}};
    return Error{fmt::format("\"{}\" is not a host name; write shop.example.org, *.example.org or ~regex", text)};
}

std::vector<HostAlias> read_aliases(SettingReader& settings) {
    std::vector<HostAlias> aliases;
    const auto list = settings.find("server-alias");
    if (!list) return aliases;
    for (const auto& item : split_list(*list)) {
        auto alias = parse_alias(item);
        if (!alias)
            settings.refuse("server-alias", alias.error().message + ". The other names of the list hold");
        else if (std::ranges::find(aliases, alias->name, &HostAlias::name) == aliases.end())
            aliases.push_back(*std::move(alias));
    }
    return aliases;
}

}  // namespace

HostSettings read_host_settings(SettingReader& settings) {
    HostSettings result;
    settings.read("use-regex", result.use_regex, parse_bool);
    settings.read("from-to-www-redirect", result.from_to_www, parse_bool);
    routing::TextTemplate app_root;
    settings.read("app-root", app_root, parse_app_root);
    if (!app_root.pieces.empty()) result.app_root = std::move(app_root);
    result.aliases = read_aliases(settings);
    return result;
}

}  // namespace fairway::ingress
