#include "k8s-client/objects/names.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.hpp"
#include "base/ip_address.hpp"
#include "k8s-client/objects/quote.hpp"

namespace fairway::k8s {

namespace {

constexpr std::size_t kLongestLabel = 63;
constexpr std::size_t kLongestName = 253;
constexpr std::size_t kLongestPortName = 15;

bool is_lower_alnum(char c) noexcept { return ascii::is_digit(c) || (c >= 'a' && c <= 'z'); }

// Lower-case letters, digits and inner hyphens.
bool is_hyphenated(std::string_view text) noexcept {
    return !text.empty() && is_lower_alnum(text.front()) && is_lower_alnum(text.back()) &&
           std::all_of(text.begin(), text.end(), [](char c) { return is_lower_alnum(c) || c == '-'; });
}

}  // namespace

bool is_dns_label(std::string_view text) noexcept { return text.size() <= kLongestLabel && is_hyphenated(text); }

bool is_dns_subdomain(std::string_view text) noexcept {
    if (text.size() > kLongestName) return false;
    for (;;) {
        const auto dot = text.find('.');
        if (!is_hyphenated(text.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        text.remove_prefix(dot + 1);
    }
}

bool is_config_key(std::string_view text) noexcept {
    return !text.empty() && text.size() <= kLongestName && text != "." && !text.starts_with("..") &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return ascii::is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_port_name(std::string_view text) noexcept {
    return text.size() <= kLongestPortName && is_hyphenated(text) && text.find("--") == std::string_view::npos &&
           !std::all_of(text.begin(), text.end(), [](char c) { return ascii::is_digit(c) || c == '-'; });
}

std::optional<std::string> why_not_host(std::string_view host) {
    if (IpAddress::parse(host).has_value())
        return fmt::format("{} is an IP address; a host is a DNS name, or leave it out to serve every host",
                           k8s::quoted(host));
    const auto name = host.starts_with("*.") ? host.substr(2) : host;
    if (is_dns_subdomain(name)) return {};
    const auto lower = ascii::lower_copy(name);
    if (is_dns_subdomain(lower))
        return fmt::format("{} must be in lower case; write {}", k8s::quoted(host),
                           k8s::quoted(ascii::lower_copy(host)));
    if (host.find("://") != std::string_view::npos)
        return fmt::format("{} is a URL; write the host name alone", k8s::quoted(host));
    if (const auto colon = host.find(':'); colon != std::string_view::npos)
        return fmt::format("{} names a port; write {}: one rule serves every port", k8s::quoted(host),
                           k8s::quoted(host.substr(0, colon)));
    if (host.find('/') != std::string_view::npos)
        return fmt::format("{} has a path; write the host alone, and the path under http.paths", k8s::quoted(host));
    if (host.find('*') != std::string_view::npos)
        return fmt::format(
            "{} has a '*' where none may be; a wildcard is the whole first label, as in \"*.example.com\"",
            k8s::quoted(host));
    if (host.ends_with('.') && is_dns_subdomain(name.substr(0, name.size() - 1)))
        return fmt::format("{} ends in a dot; write {}", k8s::quoted(host),
                           k8s::quoted(host.substr(0, host.size() - 1)));
    return fmt::format(
        "{} is not a DNS name; use lower-case letters, digits, '-' and '.', at most 63 between two dots and 253 in all",
        k8s::quoted(host));
}

}  // namespace fairway::k8s
