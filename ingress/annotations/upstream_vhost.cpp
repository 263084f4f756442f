#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.hpp"
#include "ingress/annotations/policies.hpp"

namespace fairway::ingress {

namespace {

Result<std::string> parse_vhost(std::string_view text) {
    const bool good = std::ranges::all_of(text, [](char c) {
        return ascii::is_alnum(c) || std::string_view("-._:[]").find(c) != std::string_view::npos;
    });
    if (good) return std::string(text);
    return Error{fmt::format("\"{}\" is not a host name; write one such as shop.example.com", text)};
}

}  // namespace

void read_upstream_vhost(SettingReader& settings, std::string& host) {
    settings.read("upstream-vhost", host, parse_vhost);
}

}  // namespace fairway::ingress
