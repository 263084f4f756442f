#include "ingress/host_name.hpp"

#include "base/ascii.hpp"

namespace fairway::ingress {

std::string rule_host(std::string_view host) { return host.empty() ? std::string(kCatchAll) : ascii::lower_copy(host); }

std::string wildcard_of(std::string_view host) {
    const auto dot = host.find('.');
    if (host.starts_with('*') || dot == std::string_view::npos) return {};
    return "*" + std::string(host.substr(dot));
}

}  // namespace fairway::ingress
