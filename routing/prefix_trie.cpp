#include "routing/prefix_trie.hpp"

#include <algorithm>
#include <functional>

namespace fairway::routing {
namespace {

std::size_t hash_child(std::uint32_t parent, std::string_view element) noexcept {
    return std::hash<std::string_view>{}(element) ^ (std::size_t{parent} * 0xff51afd7ed558ccdULL);
}

/// Takes the first element and the slash behind it away from `rest`.
struct Element {
    std::string_view name;
    bool slash_follows = false;
};
Element next_element(std::string_view& rest) noexcept {
    const auto slash = rest.find('/');
    const Element element{rest.substr(0, slash), slash != std::string_view::npos};
    rest.remove_prefix(element.slash_follows ? slash + 1 : rest.size());
    return element;
}

}  // namespace

PrefixTrie::PrefixTrie(const std::vector<Entry>& entries) {
    // An element per slash, but none behind a last one: no node beyond these can be needed.
    std::size_t max_nodes = 0;
    for (const auto& entry : entries)
        max_nodes += static_cast<std::size_t>(std::ranges::count(entry.path.substr(0, entry.path.size() - 1), '/'));
    children_.reserve(max_nodes);
    nodes_.emplace_back();
    for (const auto& entry : entries) add(entry);
    nodes_.shrink_to_fit();
}

void PrefixTrie::add(const Entry& entry) {
    auto rest = entry.path.substr(1);
    std::uint32_t node = 0;
    bool ends_in_slash = true;
    while (!rest.empty()) {
        const auto element = next_element(rest);
        node = child_or_new(node, element.name);
        ends_in_slash = element.slash_follows;
    }
    auto& last = nodes_[node];
    if (entry.is_prefix) (ends_in_slash ? last.with_slash : last.plain) = entry.value;
    if (ends_in_slash && (!entry.is_prefix || last.redirect == kNone)) last.redirect = entry.value;
}

PrefixTrie::Match PrefixTrie::match(std::string_view path) const noexcept {
    auto longest = nodes_.front().with_slash;
    auto rest = path.substr(1);
    std::uint32_t node = 0;
    while (!rest.empty()) {
        const auto element = next_element(rest);
        node = child(node, element.name);
        if (node == kNone) break;
        const auto& here = nodes_[node];
        if (!element.slash_follows && here.plain == kNone && here.redirect != kNone) return {here.redirect, true};
        if (here.plain != kNone) longest = here.plain;
        if (element.slash_follows && here.with_slash != kNone) longest = here.with_slash;
    }
    return {longest, false};
}

std::uint32_t PrefixTrie::child(std::uint32_t parent, std::string_view element) const noexcept {
    return children_.find(hash_child(parent, element), [&](std::uint32_t node) {
        return nodes_[node].parent == parent && nodes_[node].element == element;
    });
}

std::uint32_t PrefixTrie::child_or_new(std::uint32_t parent, std::string_view element) {
    if (const auto found = child(parent, element); found != kNone) return found;
    const auto added = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back(Node{.element = element, .parent = parent});
    children_.insert(hash_child(parent, element), added);
    return added;
}

}  // namespace fairway::routing
