#include "routing/host_rules.hpp"

#include <boost/unordered/unordered_flat_set.hpp>
#include <functional>
#include <utility>

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

}  // namespace

HostRules::HostRules(Options options, std::vector<Route> routes, std::vector<std::size_t>* losers)
    : options_(std::move(options)),
      routes_(without_losers(std::move(routes), losers)),
      exact_(index_exact(routes_)),
      prefixes_(trie_entries(routes_)) {}

HostRules::PathMatch HostRules::match(std::string_view normalised_path) const noexcept {
    if (!normalised_path.starts_with('/')) return {};  // the "*" of OPTIONS and the like
    if (!exact_.empty()) {
        const auto found = exact_.find(std::hash<std::string_view>{}(normalised_path),
                                       [&](std::uint32_t i) { return routes_[i].path == normalised_path; });
        if (found != FlatIndex::kNone) return {&routes_[found], false};
    }
    const auto found = prefixes_.match(normalised_path);
    if (found.value == PrefixTrie::kNone) return {};
    return {&routes_[found.value], found.add_slash};
}

}  // namespace fairway::routing
