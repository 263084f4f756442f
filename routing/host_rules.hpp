// Host rules: all paths of one host, compiled for lookup. Order of precedence: docs/path-matching.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "routing/flat_index.hpp"
#include "routing/policy/client_certificates.hpp"
#include "routing/prefix_trie.hpp"
#include "routing/regex.hpp"
#include "routing/route.hpp"
#include "routing/text_template.hpp"

namespace fairway::routing {

/// A path of a host in regex mode, as it is tried.
struct RegexLocation {
    Regex pattern;
    std::uint32_t route = 0;  ///< index in HostRules::routes()
};

/// Immutable once built, so any number of threads may read it. Stays where it is built: its indices refer to its routes.
class HostRules {
public:
    struct Options {
        std::string name;              ///< "shop.example.com", "*.example.com", or "_" for the catch-all
        bool has_certificate = false;  ///< a TLS section covers the host, whether or not the Secret is good
        Part<ClientCertificates> client_certificates{};
        bool has_aliases = false;                    ///< annotation server-alias: requests may come under another name
        std::vector<std::string> covered_aliases{};  ///< those of them that the host's certificate is good for
        Part<TextTemplate> app_root{};               ///< annotation app-root: where "/" is redirected to
        std::string redirect_to{};  ///< annotation from-to-www-redirect: every request is sent to this host
        /// Annotations use-regex and rewrite-target: paths are patterns, and the first location that matches counts. The
        /// routes then have no losers.
        bool regex_mode = false;
        std::vector<RegexLocation> locations{};  ///< of regex mode, in the order in which they are tried
    };
    /// Adds nothing by itself: the implicit "/" of a host is the builder's to give. A path that no normalised path can
    /// equal (without leading slash, or with "//") is kept in routes() but matches nothing.
    /// @param routes  in order of precedence: of two with the same path and type the first wins.
    /// @param losers  when given, the index in `routes` of each that lost is appended.
    HostRules(Options options, std::vector<Route> routes, std::vector<std::size_t>* losers = nullptr);
    HostRules(const HostRules&) = delete;
    HostRules& operator=(const HostRules&) = delete;

    struct PathMatch {
        const Route* route = nullptr;  ///< null: no path matches
        /// The route's path is the requested one plus "/": the answer is a 301 to it, as nginx gives.
        bool add_slash = false;
        const Regex* pattern = nullptr;  ///< of regex mode: what matched
    };
    /// Exact beats prefix, then the longest prefix by whole elements. Cost: O(path length), whatever the number of routes.
    /// In regex mode the first location that matches; cost: one match for each location before it.
    /// @param groups  when given and a pattern matched: what it found, views of the path.
    PathMatch match(std::string_view normalised_path, RegexGroups* groups = nullptr) const noexcept;

    const std::string& name() const noexcept { return options_.name; }
    bool has_certificate() const noexcept { return options_.has_certificate; }
    /// has_certificate(), for a request that names `host`: an alias counts only when the certificate is good for it.
    /// @param host  through normalise_host().
    bool has_certificate_for(std::string_view host) const noexcept;
    const Part<TextTemplate>& app_root() const noexcept { return options_.app_root; }
    /// Not empty: the host is only there to send requests to this one.
    const std::string& redirect_to() const noexcept { return options_.redirect_to; }
    bool regex_mode() const noexcept { return options_.regex_mode; }
    const std::vector<RegexLocation>& locations() const noexcept { return options_.locations; }
    /// nullptr: clients need none.
    const ClientCertificates* client_certificates() const noexcept { return options_.client_certificates.get(); }
    /// Without the losers, in the order given.
    const std::vector<Route>& routes() const noexcept { return routes_; }

private:
    Options options_;
    std::vector<Route> routes_;
    FlatIndex exact_;  ///< indices of exact routes by path
    PrefixTrie prefixes_;
};

}  // namespace fairway::routing
