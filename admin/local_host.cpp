#include "admin/local_host.hpp"

#include <algorithm>

#include "base/ip_address.hpp"

namespace fairway::admin {

namespace {

bool is_port(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 5 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_localhost(std::string_view name) noexcept {
    constexpr std::string_view kName = "localhost";
    return std::ranges::equal(name, kName, [](char a, char b) { return (a | 0x20) == b; });
}

}  // namespace

bool is_local_host(std::string_view host) noexcept {
    if (host.starts_with('[')) {
        const auto end = host.find(']');
        if (end == std::string_view::npos) return false;
        const std::string_view rest = host.substr(end + 1);
        if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return false;
        const auto address = IpAddress::parse(host.substr(1, end - 1));
        return address && (address->v6 || host.find(':') < end);
    }
    const auto colon = host.rfind(':');
    if (colon != std::string_view::npos) {
        if (!is_port(host.substr(colon + 1))) return false;
        host = host.substr(0, colon);
    }
    if (is_localhost(host)) return true;
    const auto address = IpAddress::parse(host);
    return address && !address->v6;
}

}  // namespace fairway::admin
