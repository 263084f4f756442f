// The parts of Translator that decide what else a host is called: server-alias and from-to-www-redirect.
#include <algorithm>

#include <fmt/format.h>

#include "ingress/host_name.hpp"
#include "ingress/setting_reader.hpp"
#include "ingress/translator.hpp"
#include "tls/certificate_store.hpp"

namespace fairway::ingress {

namespace {

constexpr std::string_view kWww = "www.";

const IngressRecord* first_with_aliases(const std::vector<const IngressRecord*>& records) {
    const auto first =
        std::ranges::find_if(records, [](const auto* record) { return !record->host_settings.aliases.empty(); });
    return first == records.end() ? nullptr : *first;
}

const IngressRecord* first_with_www(const std::vector<const IngressRecord*>& records) {
    const auto first =
        std::ranges::find_if(records, [](const auto* record) { return record->host_settings.from_to_www; });
    return first == records.end() ? nullptr : *first;
}

bool covers(const HostTls& tls, std::string_view name) {
    return std::ranges::any_of(tls.certificates, [&](const auto& certificate) { return certificate->covers(name); });
}

/// The name that from-to-www-redirect adds. A catch-all and a wildcard have none.
std::string other_name(const std::string& host) {
    if (host == kCatchAll || host.starts_with('*')) return {};
    return host.starts_with(kWww) ? host.substr(kWww.size()) : std::string(kWww) + host;
}

}  // namespace

bool Translator::is_host(const std::string& name) const {
    const auto found = hosts_.find(name);
    return (found != hosts_.end() && !found->second.users.empty()) || exposure_.host_backend(name) != nullptr;
}

/// Before the hosts are rebuilt: they know their aliases.
void Translator::settle_names(const Dirty& dirty) {
    for (const auto& name : dirty.hosts) {
        auto& state = hosts_[name];
        const auto records = ordered(state.users);
        const auto* owner = first_with_aliases(records);
        auto aliases = owner == nullptr ? std::vector<HostAlias>() : owner->host_settings.aliases;
        const bool from_to_www = first_with_www(records) != nullptr;
        // Entries of certificates follow the names; and a name gives way when a host that is called so comes.
        const bool was_a_name = www_hosts_.contains(name) || (aliases_ && aliases_->names.contains(name));
        const bool may_become_one = state.users.empty() && !named_hosts_.empty();
        tls_changed_ |= !(aliases == state.aliases) || from_to_www != state.from_to_www || was_a_name || may_become_one;
        state.aliases = std::move(aliases);
        state.from_to_www = from_to_www;
        if (!state.aliases.empty() || from_to_www)
            named_hosts_.insert(name);
        else if (named_hosts_.erase(name) > 0)
            book_->forget("names:" + name);
    }
}

/// After the hosts have been rebuilt: an alias gives way to a host, and so does a host that only redirects.
void Translator::rebuild_names() {
    if (named_hosts_.empty() && www_hosts_.empty() && !aliases_) return;
    auto aliases = std::make_shared<routing::HostAliases>();
    std::map<std::string, std::string> www_hosts;
    for (const auto& host : named_hosts_) {
        std::vector<Diagnostic> diagnostics;
        const auto records = ordered(hosts_.at(host).users);
        if (const auto* owner = first_with_aliases(records)) {
            add_aliases(host, *owner, *aliases, diagnostics);
            for (const auto* record : records)
                if (record != owner && !record->host_settings.aliases.empty())
                    SettingReader::of_annotations(record->ingress->meta, options_.annotations_prefix, diagnostics)
                        .report(Severity::warning, "server-alias",
                                fmt::format("is ignored for host \"{}\": the list of the older Ingress {} counts", host,
                                            owner->ingress->meta.name.to_string()),
                                "AliasIgnored");
        }
        if (const auto* owner = first_with_www(records))
            if (auto from = www_name(host, *owner, diagnostics); !from.empty())
                www_hosts.emplace(std::move(from), host);
        book_->replace("names:" + host, std::move(diagnostics));
    }
    const bool any = !aliases->names.empty() || !aliases->suffixes.empty() || !aliases->patterns.empty();
    aliases_ = any ? std::move(aliases) : nullptr;
    replace_www_hosts(std::move(www_hosts));
}

void Translator::add_aliases(const std::string& host, const IngressRecord& owner, routing::HostAliases& aliases,
                             std::vector<Diagnostic>& diagnostics) const {
    const auto ignore = [&](const HostAlias& alias, std::string_view why) {
        SettingReader::of_annotations(owner.ingress->meta, options_.annotations_prefix, diagnostics)
            .report(Severity::warning, "server-alias",
                    fmt::format("\"{}\" is ignored as a name of host \"{}\": {}", alias.name, host, why),
                    "AliasIgnored");
    };
    for (const auto& alias : owner.host_settings.aliases) {
        if (alias.regex) {
            aliases.patterns.push_back({*alias.regex, host});
            continue;
        }
        auto& names = alias.is_wildcard() ? aliases.suffixes : aliases.names;
        const auto key = alias.is_wildcard() ? alias.name.substr(2) : alias.name;
        if (alias.name == host) continue;
        if (!alias.is_wildcard() && is_host(alias.name)) {
            ignore(alias, "it is a host itself");
        } else if (const auto [taken, added] = names.try_emplace(key, host); !added) {
            // nginx takes the first server of the file, and they are sorted by name.
            ignore(alias,
                   fmt::format("host \"{}\" has the same alias, and comes first in the alphabet", taken->second));
        }
    }
}

/// Empty: there is none to add.
std::string Translator::www_name(const std::string& host, const IngressRecord& owner,
                                 std::vector<Diagnostic>& diagnostics) const {
    auto from = other_name(host);
    if (from.empty() || !is_host(from)) return from;
    SettingReader::of_annotations(owner.ingress->meta, options_.annotations_prefix, diagnostics)
        .report(Severity::warning, "from-to-www-redirect",
                fmt::format("adds no redirect to \"{}\": an Ingress has rules for \"{}\"", host, from),
                "RedirectIgnored");
    return {};
}

void Translator::replace_www_hosts(std::map<std::string, std::string> wanted) {
    auto routes = std::make_shared<routing::RouteTable>(*routes_);
    routes->replace_aliases(aliases_);
    for (const auto& [from, to] : www_hosts_)
        if (!wanted.contains(from) && !is_host(from)) routes->remove_host(from);
    for (const auto& [from, to] : wanted) {
        auto policy = settings_.defaults.policy;
        policy.tls_redirect = {.enabled = false};  // the redirect to the other name comes first
        const auto* owner = first_with_www(ordered(hosts_.at(to).users));
        std::vector<routing::Route> root{{.path = "/",
                                          .type = routing::PathType::prefix,
                                          .owner = owner->owner,
                                          .policy = policies_.intern(policy, 0),
                                          .backend = nullptr}};
        const auto* there = routes_->host(from);
        if (there != nullptr && there->name() == from && there->redirect_to() == to &&
            there->routes().front().policy == root.front().policy && there->routes().front().owner == owner->owner)
            continue;
        routes->replace_host(from, std::make_shared<const routing::HostRules>(
                                       routing::HostRules::Options{.name = from, .redirect_to = to}, std::move(root)));
    }
    www_hosts_ = std::move(wanted);
    routes_ = std::move(routes);
}

std::vector<std::string> Translator::covered_aliases(const HostState& state) const {
    std::vector<std::string> covered;
    for (const auto& alias : state.aliases)
        if (!alias.regex && covers(state.tls, alias.name)) covered.push_back(alias.name);
    return covered;
}

/// Reference 1.3: the certificate of a host serves another name of it only when it is good for that name.
void Translator::add_certificates_of_names(tls::CertificateStore& store) const {
    const auto add = [&](const std::string& name, const std::string& host) {
        for (const auto& certificate : hosts_.at(host).tls.certificates)
            if (certificate->covers(name)) store.add(name, certificate);
    };
    for (const auto& [from, to] : www_hosts_) add(from, to);
    if (!aliases_) return;
    for (const auto& [name, host] : aliases_->names) add(name, host);
    for (const auto& [suffix, host] : aliases_->suffixes)
        if (!is_host("*." + suffix)) add("*." + suffix, host);
}

/// An alias is its host in a handshake, too. ingress-nginx makes a server of its own for the name that only redirects: it
/// asks nobody for a certificate and has the ciphers of all.
void Translator::add_settings_of_names(tls::HostSettingsMap& settings) const {
    const auto of = [&](const std::string& host) { return hosts_.at(host).settings.handshake; };
    if (aliases_) {
        for (const auto& [name, host] : aliases_->names) settings.add(name, of(host));
        for (const auto& [suffix, host] : aliases_->suffixes) settings.add_suffix(suffix, of(host));
        for (const auto& [regex, host] : aliases_->patterns)
            settings.add_pattern([regex = regex](std::string_view name) { return regex.matches(name); }, of(host));
    }
    for (const auto& [from, to] : www_hosts_) settings.add(from, nullptr);
}

}  // namespace fairway::ingress
