// Prefix trie: the prefix routes of one host by path elements, in two flat arrays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "routing/flat_index.hpp"

namespace fairway::routing {

/// Maps paths to numbers of the caller's (indices of routes). Keeps views of the paths it is built from: they must live
/// as long as the trie and stay where they are.
class PrefixTrie {
public:
    static constexpr std::uint32_t kNone = FlatIndex::kNone;

    struct Entry {
        std::string_view path;  ///< begins with '/', holds no "//"
        std::uint32_t value = 0;
        /// False: an exact path, here only because a request for the path without its trailing slash is redirected.
        bool is_prefix = true;
    };
    /// No two prefix entries have the same path. When an exact and a prefix entry share a path that ends in a slash, the
    /// exact one answers for the redirect.
    explicit PrefixTrie(const std::vector<Entry>& entries);

    struct Match {
        std::uint32_t value = kNone;
        bool add_slash = false;  ///< the entry's path is the requested path plus "/"
    };
    /// The longest entry that is a prefix of `path` by whole elements. One hash lookup an element, whatever the entries.
    /// @param path  normalised, begins with '/'.
    Match match(std::string_view path) const noexcept;

private:
    struct Node {
        std::string_view element;  ///< name under the parent
        std::uint32_t parent = kNone;
        std::uint32_t plain = kNone;       ///< prefix entry whose path ends here: "/foo"
        std::uint32_t with_slash = kNone;  ///< prefix entry whose path is this plus a slash: "/foo/"
        std::uint32_t redirect = kNone;    ///< entry, exact or prefix, that a request without the slash is sent to
    };

    void add(const Entry& entry);
    std::uint32_t child(std::uint32_t parent, std::string_view element) const noexcept;
    std::uint32_t child_or_new(std::uint32_t parent, std::string_view element);

    std::vector<Node> nodes_;  ///< the first is the root, whose element is the nothing before the first slash
    FlatIndex children_;       ///< nodes by parent and element
};

}  // namespace fairway::routing
