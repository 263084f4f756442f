#include "routing/route_table.hpp"

#include <array>
#include <utility>

#include "base/assert.hpp"

namespace fairway::routing {
namespace {

constexpr std::string_view kCatchAll = "_";
constexpr std::string_view kWildcard = "*.";

}  // namespace

RouteTable::Match RouteTable::match(std::string_view host, std::string_view path, RegexGroups* groups) const noexcept {
    const auto* rules = named(host);
    if (rules == nullptr) return {};
    const auto found = rules->match(path, groups);
    return {rules, found.route, found.add_slash};
}

const HostRules* RouteTable::host(std::string_view authority) const noexcept {
    std::array<char, kHostBufferBytes> buffer;
    return named(normalise_host(authority, buffer));
}

const HostRules* RouteTable::named(std::string_view name) const noexcept {
    if (const auto* rules = find(exact_, name)) return rules;
    if (aliases_)
        if (const auto* rules = by_plain_alias(name)) return rules;
    if (!wildcards_.empty())
        if (const auto* rules = find(wildcards_, wildcard_rest(name))) return rules;
    if (aliases_)
        if (const auto* rules = called(aliases_->by_pattern(name))) return rules;
    return catch_all_.get();
}

// nginx: names, then the longest name with a leading star, and only then patterns, of which ingress-nginx makes its
// wildcard hosts.
const HostRules* RouteTable::by_plain_alias(std::string_view name) const noexcept {
    if (const auto found = aliases_->names.find(name); found != aliases_->names.end())
        if (const auto* rules = called(&found->second)) return rules;
    return called(aliases_->by_suffix(name));
}

const HostRules* RouteTable::called(const std::string* name) const noexcept {
    if (name == nullptr) return nullptr;
    if (*name == kCatchAll) return catch_all_.get();
    if (name->starts_with(kWildcard)) return find(wildcards_, std::string_view(*name).substr(kWildcard.size()));
    return find(exact_, *name);
}

const HostRules* RouteTable::find(const Hosts& hosts, std::string_view name) noexcept {
    if (name.empty()) return nullptr;
    const auto found = hosts.find(name);
    return found == hosts.end() ? nullptr : found->second.get();
}

void RouteTable::replace_host(std::string_view name, std::shared_ptr<const HostRules> rules) {
    FAIRWAY_ASSERT(rules != nullptr, "a host that is replaced has rules; remove_host() removes one");
    if (name == kCatchAll)
        catch_all_ = std::move(rules);
    else if (name.starts_with(kWildcard))
        wildcards_.insert_or_assign(std::string(name.substr(kWildcard.size())), std::move(rules));
    else
        exact_.insert_or_assign(std::string(name), std::move(rules));
}

void RouteTable::remove_host(std::string_view name) {
    if (name == kCatchAll)
        catch_all_.reset();
    else if (name.starts_with(kWildcard))
        wildcards_.erase(name.substr(kWildcard.size()));
    else
        exact_.erase(name);
}

std::size_t RouteTable::host_count() const noexcept { return exact_.size() + wildcards_.size() + (catch_all_ ? 1 : 0); }

std::vector<std::shared_ptr<const HostRules>> RouteTable::hosts() const {
    std::vector<std::shared_ptr<const HostRules>> all;
    all.reserve(host_count());
    for (const auto& [name, rules] : exact_) all.push_back(rules);
    for (const auto& [name, rules] : wildcards_) all.push_back(rules);
    if (catch_all_) all.push_back(catch_all_);
    return all;
}

}  // namespace fairway::routing
