#include "ingress/backend_registry.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "ingress/endpoints/cluster_endpoint.hpp"

namespace fairway::ingress {

namespace {

bool same_endpoints(const routing::EndpointSet& a, const routing::EndpointSet& b) {
    return a.protocol == b.protocol &&
           std::ranges::equal(a.endpoints, b.endpoints, [](const routing::Endpoint& x, const routing::Endpoint& y) {
               return x.address == y.address && x.target == y.target;
           });
}

}  // namespace

void BackendRegistry::add_user(const BackendKey& key, const ObjectKey& user) {
    auto& entry = backends_[key];
    entry.users.insert(user);
    if (entry.backend) return;
    auto backend = std::make_shared<routing::Backend>();
    backend->id = id_of(key);
    backend->name = fmt::format("{}-{}-{}", key.service.ns, key.service.name, key.port);
    backend->service_namespace = key.service.ns;
    backend->service = key.service.name;
    backend->port = key.port;
    backend->client_ip_affinity = affinity_.of(sources_.store, key.service, key.port, key.protocol);
    entry.backend = std::move(backend);
    set_endpoints(key, entry, resolve(key, entry));
}

void BackendRegistry::remove_user(const BackendKey& key, const ObjectKey& user) {
    const auto found = backends_.find(key);
    if (found == backends_.end()) return;
    found->second.users.erase(user);
    if (found->second.users.empty()) abandoned_.insert(key);
}

BackendRegistry::SettingsChange BackendRegistry::set_settings(const BackendKey& key, const BackendSettings& settings,
                                                              const k8s::ObjectName& decided_by) {
    auto& entry = backends_.at(key);
    const bool same_decision = entry.settings == settings && entry.decided_by == decided_by;
    const bool other_endpoints = entry.settings.service_upstream != settings.service_upstream;
    entry.settings = settings;
    entry.decided_by = decided_by;
    if (other_endpoints) set_endpoints(key, entry, resolve(key, entry));
    routing::Part<routing::Balancing> balancing;
    if (settings.session || settings.hash) balancing = routing::Balancing{settings.session, settings.hash};
    if (entry.backend->load_balance == settings.load_balance && entry.backend->balancing == balancing)
        return {.backend = false, .diagnostics = !same_decision};
    auto changed = std::make_shared<routing::Backend>(*entry.backend);
    changed->load_balance = settings.load_balance;
    changed->balancing = std::move(balancing);
    entry.backend = std::move(changed);
    return {.backend = true, .diagnostics = true};
}

ServiceEndpoints BackendRegistry::resolve(const BackendKey& key, const RegisteredBackend& entry) const {
    if (entry.settings.service_upstream)
        if (auto cluster = cluster_endpoint(sources_.store, key.service, key.port, key.protocol))
            return *std::move(cluster);
    return resolve_endpoints(sources_, key.service, key.port, key.protocol);
}

BackendRegistry::Refreshed BackendRegistry::refresh_service(const k8s::ObjectName& service) {
    Refreshed refreshed;
    for (auto at = backends_.lower_bound({service, ""}); at != backends_.end() && at->first.service == service; ++at) {
        auto& [key, entry] = *at;
        auto endpoints = resolve(key, entry);
        const bool other_protocol = endpoints.set->protocol != entry.endpoints.set->protocol;
        if (endpoints.problem != entry.endpoints.problem || other_protocol) refreshed.problems.push_back(key);
        set_endpoints(key, entry, std::move(endpoints));
        if (refresh_affinity(key, entry)) refreshed.backends.push_back(key);
    }
    return refreshed;
}

bool BackendRegistry::refresh_affinity(const BackendKey& key, RegisteredBackend& entry) {
    const auto affinity = affinity_.of(sources_.store, key.service, key.port, key.protocol);
    if (affinity == entry.backend->client_ip_affinity) return false;
    auto changed = std::make_shared<routing::Backend>(*entry.backend);
    changed->client_ip_affinity = affinity;
    entry.backend = std::move(changed);
    return true;
}

const RegisteredBackend* BackendRegistry::find(const BackendKey& key) const {
    const auto found = backends_.find(key);
    return found == backends_.end() ? nullptr : &found->second;
}

bool BackendRegistry::serves(const k8s::ObjectName& service) const {
    const auto at = backends_.lower_bound({service, ""});
    return at != backends_.end() && at->first.service == service;
}

std::vector<k8s::ObjectName> BackendRegistry::services_in(const std::string& ns) const {
    std::vector<k8s::ObjectName> services;
    for (auto at = backends_.lower_bound({{ns, ""}, ""}); at != backends_.end() && at->first.service.ns == ns; ++at)
        if (services.empty() || services.back() != at->first.service) services.push_back(at->first.service);
    return services;
}

std::shared_ptr<const routing::EndpointTable> BackendRegistry::endpoint_table() {
    for (const auto& key : abandoned_) {
        const auto found = backends_.find(key);
        if (found == backends_.end() || !found->second.users.empty()) continue;
        changed_sets_[found->second.backend->id] = nullptr;
        const auto name = found->second.endpoints.external_name;
        backends_.erase(found);
        release_name(name, key.service);
    }
    abandoned_.clear();
    if (changed_sets_.empty()) return table_;
    auto table = std::make_shared<routing::EndpointTable>(*table_);
    // From the highest id down, so that the table grows once.
    for (auto changed = changed_sets_.rbegin(); changed != changed_sets_.rend(); ++changed)
        table->replace(changed->first, changed->second);
    changed_sets_.clear();
    table_ = std::move(table);
    return table_;
}

routing::BackendId BackendRegistry::id_of(const BackendKey& key) {
    return ids_.try_emplace(key, static_cast<routing::BackendId>(ids_.size())).first->second;
}

void BackendRegistry::set_endpoints(const BackendKey& key, RegisteredBackend& entry, ServiceEndpoints endpoints) {
    const bool same = entry.endpoints.set && same_endpoints(*entry.endpoints.set, *endpoints.set);
    if (same) endpoints.set = entry.endpoints.set;
    const auto before = std::exchange(entry.endpoints, std::move(endpoints)).external_name;
    if (!same) changed_sets_[ids_.at(key)] = entry.endpoints.set;
    if (before == entry.endpoints.external_name) return;
    use_name(entry.endpoints.external_name, key.service);
    release_name(before, key.service);
}

void BackendRegistry::use_name(const std::string& name, const k8s::ObjectName& service) {
    if (!name.empty()) external_names_[name].insert(service);
}

void BackendRegistry::release_name(const std::string& name, const k8s::ObjectName& service) {
    const auto users = external_names_.find(name);
    if (users == external_names_.end()) return;
    // Another port of the Service may use the name still.
    for (auto at = backends_.lower_bound({service, ""}); at != backends_.end() && at->first.service == service; ++at)
        if (at->second.endpoints.external_name == name) return;
    users->second.erase(service);
    if (users->second.empty()) external_names_.erase(users);
}

}  // namespace fairway::ingress
