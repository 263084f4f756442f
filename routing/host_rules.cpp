#include "routing/host_rules.hpp"

#include <algorithm>
#include <boost/unordered/unordered_flat_set.hpp>
#include <functional>
#include <utility>

#include "base/assert.hpp"
#include "routing/host_name.hpp"

namespace fairway::routing {
namespace {

bool can_match(std::string_view path) noexcept {
    return path.starts_with('/') && path.find("//") == std::string_view::npos;
}

std::vector<Route> without_losers(std::vector<Route> routes, std::vector<std::size_t>* losers) {
    boost::unordered_flat_set<std::pair<std::string, PathType>> seen;
    std::vector<Route> winners;
    winners.reserve(routes.size());
    for (std::size_t i = 0; i < routes.size(); ++i) {
        if (seen.emplace(routes[i].path, routes[i].type).second)
            winners.push_back(std::move(routes[i]));
        else if (losers)
            losers->push_back(i);
    }
    winners.shrink_to_fit();
    return winners;
}

FlatIndex index_exact(const std::vector<Route>& routes) {
    std::vector<std::uint32_t> exact;
    for (std::uint32_t i = 0; i < routes.size(); ++i)
        if (routes[i].type == PathType::exact && can_match(routes[i].path)) exact.push_back(i);
    FlatIndex index;
    index.reserve(exact.size());
    for (const auto i : exact) index.insert(std::hash<std::string_view>{}(routes[i].path), i);
    return index;
}

std::vector<PrefixTrie::Entry> trie_entries(const std::vector<Route>& routes) {
    std::vector<PrefixTrie::Entry> entries;
    for (std::uint32_t i = 0; i < routes.size(); ++i) {
        const auto& path = routes[i].path;
        const bool is_prefix = routes[i].type == PathType::prefix;
        if (can_match(path) && (is_prefix || path.ends_with('/'))) entries.push_back({path, i, is_prefix});
    }
    return entries;
}

bool is_name_or_below(std::string_view name, std::string_view host) noexcept {
    return name.starts_with("*.") ? wildcard_rest(host) == name.substr(2) : host == name;
}

}  // namespace

HostRules::HostRules(Options options, std::vector<Route> routes, std::vector<std::size_t>* losers)
    : options_(std::move(options)),
      routes_(without_losers(std::move(routes), losers)),
      exact_(options_.regex_mode ? FlatIndex() : index_exact(routes_)),
      prefixes_(options_.regex_mode ? std::vector<PrefixTrie::Entry>() : trie_entries(routes_)) {
    for (const auto& location : options_.locations)
        FAIRWAY_ASSERT(location.route < routes_.size(), "a location of regex mode belongs to a route");
}

HostRules::PathMatch HostRules::match(std::string_view normalised_path, RegexGroups* groups) const noexcept {
    if (!normalised_path.starts_with('/')) return {};  // the "*" of OPTIONS and the like
    if (options_.regex_mode) {
        for (const auto& location : options_.locations)
            if (location.pattern.match(normalised_path, groups) == RegexOutcome::matched)
                return {&routes_[location.route], false, &location.pattern};
        return {};
    }
    if (!exact_.empty()) {
        const auto found = exact_.find(std::hash<std::string_view>{}(normalised_path),
                                       [&](std::uint32_t i) { return routes_[i].path == normalised_path; });
        if (found != FlatIndex::kNone) return {&routes_[found], false};
    }
    const auto found = prefixes_.match(normalised_path);
    if (found.value == PrefixTrie::kNone) return {};
    return {&routes_[found.value], found.add_slash};
}

bool HostRules::has_certificate_for(std::string_view host) const noexcept {
    if (!options_.has_aliases || is_name_or_below(options_.name, host)) return options_.has_certificate;
    return std::ranges::any_of(options_.covered_aliases,
                               [&](const auto& alias) { return is_name_or_below(alias, host); });
}

}  // namespace fairway::routing
