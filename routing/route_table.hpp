// Route table: finds the one route that answers a request, by host and then by path.
// Plain data and lookups; ingress/ builds it, proxy/ reads it. Order of precedence: docs/path-matching.md.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "routing/host_aliases.hpp"
#include "routing/host_map.hpp"
#include "routing/host_name.hpp"
#include "routing/host_rules.hpp"

namespace fairway::routing {

/// Immutable once shared, so any number of threads may read it.
class RouteTable {
public:
    struct Match {
        const HostRules* host = nullptr;  ///< null: not even a catch-all exists
        const Route* route = nullptr;     ///< null: the default backend answers
        bool add_slash = false;           ///< HostRules::PathMatch::add_slash
    };
    /// The route for a request. A host that exists but has no such path does not fall back to the catch-all.
    /// @param host  through normalise_host().
    /// @param path  through normalise_path().
    /// @param groups  of HostRules::match().
    /// Cost: at most two hash lookups (exact, one-label wildcard), then what HostRules::match() costs. Aliases cost nothing
    /// where there are none, else for names that no host has a lookup, one for each label, and their patterns one by one.
    /// Does not allocate.
    Match match(std::string_view host, std::string_view path, RegexGroups* groups = nullptr) const noexcept;

    /// The rules that a Host would select, or nullptr: exact name, alias, alias with a star, one-label wildcard, alias that
    /// is a pattern, catch-all.
    /// @param authority  Host or :authority in any case; port and one trailing dot allowed: "Shop.example.:8443".
    const HostRules* host(std::string_view authority) const noexcept;

    /// Copies share all hosts with the original: a change touches only its own hosts.
    /// @param name   lower-case host, "*.rest", or "_".
    /// @param rules  not null.
    void replace_host(std::string_view name, std::shared_ptr<const HostRules> rules);
    /// Nothing happens when there is no such host.
    void remove_host(std::string_view name);
    /// @param aliases  null: none. Those of hosts that are not there select nothing.
    void replace_aliases(std::shared_ptr<const HostAliases> aliases) { aliases_ = std::move(aliases); }
    std::size_t host_count() const noexcept;
    /// In no particular order.
    std::vector<std::shared_ptr<const HostRules>> hosts() const;

private:
    using Hosts = HostMap<std::shared_ptr<const HostRules>>;

    const HostRules* named(std::string_view name) const noexcept;
    static const HostRules* find(const Hosts& hosts, std::string_view name) noexcept;
    const HostRules* called(const std::string* name) const noexcept;
    const HostRules* by_plain_alias(std::string_view name) const noexcept;

    Hosts exact_;
    Hosts wildcards_;  ///< by "rest", so that a client's literal "*.rest" selects nothing
    std::shared_ptr<const HostRules> catch_all_;
    std::shared_ptr<const HostAliases> aliases_;
};

}  // namespace fairway::routing
