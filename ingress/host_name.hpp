// Host names of rules and TLS sections.
#pragma once

#include <string>
#include <string_view>

namespace fairway::ingress {

/// Name of the catch-all host in the route table.
inline constexpr std::string_view kCatchAll = "_";

/// spec.rules[].host as the route table names it: lower case, "_" for an empty host. The decoder has checked the rest.
std::string rule_host(std::string_view host);

/// "*.example.com" for "shop.example.com": the wildcard that covers a name; empty for wildcards, the catch-all and names
/// of one label.
std::string wildcard_of(std::string_view host);

}  // namespace fairway::ingress
