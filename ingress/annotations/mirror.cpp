#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "ingress/annotations/policies.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

/// Where path and query begin: nginx lets a variable that begins with '/' stand right behind the host.
std::size_t path_begin(std::string_view url) {
    const auto host = url.find("://");
    if (host == std::string_view::npos) return url.size();
    return std::min(url.find_first_of("/?$", host + 3), url.size());
}

Result<MirrorSettings> parse_target(std::string_view text) {
    const auto is_bad = [](char c) { return c <= ' ' || c > '~' || c == '#' || c == '"'; };
    if (std::ranges::any_of(text, is_bad))
        return Error{
            fmt::format("\"{}\" holds characters that a URL cannot have; write http://copy.example.com", text)};
    const auto path = path_begin(text);
    auto server = parse_server_url(text.substr(0, path));
    if (!server) return server.error();
    const std::string_view slash = path < text.size() && text[path] == '?' ? "/" : "";
    auto target = routing::parse_text_template(fmt::format("{}{}", slash, text.substr(path)));
    if (!target) return target.error();
    MirrorSettings mirror{.url = *std::move(server), .policy = {}};
    mirror.policy.url = text;
    mirror.policy.host = mirror.url.authority({});
    mirror.policy.target = *std::move(target);
    return mirror;
}

Result<std::string> parse_host(std::string_view text) {
    const bool good = std::ranges::all_of(
        text, [](char c) { return ascii::is_alnum(c) || c == '-' || c == '.' || c == '_' || c == ':'; });
    if (good) return std::string(text);
    return Error{fmt::format("\"{}\" is not a host name; write one such as copy.example.com", text)};
}

}  // namespace

std::optional<MirrorSettings> read_mirror(SettingReader& settings) {
    const auto text = settings.find("mirror-target");
    if (!text) return std::nullopt;
    auto mirror = parse_target(*text);
    if (!mirror) {
        settings.refuse("mirror-target", with_outcome(mirror.error().message, "Nothing is mirrored"));
        return std::nullopt;
    }
    settings.read("mirror-host", mirror->policy.host, parse_host);
    settings.read("mirror-request-body", mirror->policy.body, parse_on_off);
    return *std::move(mirror);
}

}  // namespace fairway::ingress
