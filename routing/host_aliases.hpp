// Other names of hosts: annotation server-alias.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "routing/host_map.hpp"
#include "routing/regex.hpp"

namespace fairway::routing {

/// Immutable once shared. Values are names of hosts in the route table.
struct HostAliases {
    struct Pattern {
        Regex regex;
        std::string host;
    };
    HostMap<std::string> names;     ///< "shop.example.org"
    HostMap<std::string> suffixes;  ///< "example.org" of "*.example.org", which stands for any number of labels
    std::vector<Pattern> patterns;  ///< "~regex"; the first that matches counts

    /// The host with the longest suffix that `host` ends with, at least one label before it; or nullptr.
    const std::string* by_suffix(std::string_view host) const noexcept {
        for (auto dot = host.find('.', 1); dot != std::string_view::npos; dot = host.find('.', dot + 1))
            if (const auto found = suffixes.find(host.substr(dot + 1)); found != suffixes.end()) return &found->second;
        return nullptr;
    }
    const std::string* by_pattern(std::string_view host) const noexcept {
        for (const auto& pattern : patterns)
            if (pattern.regex.matches(host)) return &pattern.host;
        return nullptr;
    }
};

}  // namespace fairway::routing
