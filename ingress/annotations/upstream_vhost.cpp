#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.hpp"
#include "ingress/annotations/policies.hpp"

namespace fairway::ingress {

namespace {

Result<routing::TextTemplate> parse_vhost(std::string_view text) {
    const bool good = std::ranges::all_of(text, [](char c) {
        return ascii::is_alnum(c) || std::string_view("-._:[]${}").find(c) != std::string_view::npos;
    });
    if (good) return routing::parse_text_template(text);
    return Error{fmt::format("\"{}\" is not a host name; write one such as shop.example.com", text)};
}

}  // namespace

std::optional<routing::TextTemplate> read_upstream_vhost(SettingReader& settings) {
    routing::TextTemplate host;
    settings.read("upstream-vhost", host, parse_vhost);
    return host.pieces.empty() ? std::nullopt : std::optional(std::move(host));
}

}  // namespace fairway::ingress
