#include "ingress/exposure/exposure.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace fairway::ingress {

namespace {

bool same(const routing::ServiceListener& a, const routing::ServiceListener& b) {
    return a.transport == b.transport && a.address == b.address && a.backend == b.backend && a.policy == b.policy &&
           a.accept_proxy_protocol == b.accept_proxy_protocol && a.send_proxy_protocol == b.send_proxy_protocol &&
           a.owner == b.owner;
}

std::vector<BackendKey> backends_of(const std::vector<ListenerWish>& wishes) {
    std::vector<BackendKey> keys;
    for (const auto& wish : wishes) keys.push_back(wish.backend);
    std::ranges::sort(keys);
    const auto repeated = std::ranges::unique(keys);
    keys.erase(repeated.begin(), repeated.end());
    return keys;
}

routing::ListenerOwner owner_of(const PortClaims::Claim& claim) {
    const auto& name = k8s::meta_of(*claim.claimant->object).name;
    return {std::string(k8s::kind_of(*claim.claimant->object)), name.ns, name.name, claim.wish->field,
            claim.wish->where.to_string()};
}

}  // namespace

Exposure::Exposure(const ObjectStore& store, const TranslationOptions& options, BackendRegistry& backends,
                   DiagnosticBook& book)
    : store_(store), options_(options), backends_(backends), book_(book) {
    claims_.reserve(options_.reserved_ports, {});
}

void Exposure::configure(const routing::StreamPolicy& policy, const std::vector<IpAddress>& bind_addresses) {
    if (!(policy == *policy_)) {
        policy_ = std::make_shared<const routing::StreamPolicy>(policy);
        stale_ = true;
    }
    if (bind_addresses == bind_addresses_) return;
    bind_addresses_ = bind_addresses;
    claims_.reserve(options_.reserved_ports, bind_addresses_);
}

void Exposure::update(const std::set<k8s::ObjectName>& services) {
    if (options_.services) {
        std::map<k8s::ObjectName, const k8s::Service*> changed;
        for (const auto& name : services) {
            const bool watched = options_.watch_namespace.empty() || options_.watch_namespace == name.ns;
            changed[name] = watched ? store_.find<k8s::Service>(name) : nullptr;
        }
        // Those that have to move because of a change are planned with it.
        for (auto& name : addresses_.update(changed)) changed.try_emplace(name, store_.find<k8s::Service>(name));
        for (auto& name : node_ports_.update(changed)) changed.try_emplace(name, store_.find<k8s::Service>(name));
        for (const auto& [name, service] : changed) plan(name, service);
    }
    settle();
}

void Exposure::plan(const k8s::ObjectName& name, const k8s::Service* service) {
    ListenerPlan plan;
    ObjectPtr object;
    const ObjectKey key{k8s::Service::kKind, name};
    if (service != nullptr) {
        object = store_.find_object(key);
        plan = plan_service(*service, {options_.service_address, addresses_.of(name)}, node_ports_);
    }
    replace_unit("Service " + name.to_string(), key, std::move(object), std::move(plan));
}

void Exposure::replace_unit(const std::string& name, const ObjectKey& user, ObjectPtr object, ListenerPlan plan) {
    auto backends = backends_of(plan.wishes);
    auto& unit = units_[name];
    // First those to come, so that a backend that stays never is without users.
    for (const auto& key : backends) {
        backends_.add_user(key, user);
        changed_backends_.insert(key);
    }
    for (const auto& key : unit.backends) {
        if (std::ranges::binary_search(backends, key)) continue;
        backends_.remove_user(key, user);
        changed_backends_.insert(key);
    }
    claims_.put(name, {std::move(object), std::move(plan.wishes)});
    unit = {std::move(backends), std::move(plan.diagnostics)};
}

void Exposure::settle() {
    for (const auto& name : claims_.settle()) {
        stale_ = true;
        const auto unit = units_.find(name);
        auto diagnostics = unit->second.diagnostics;
        for (auto& refusal : claims_.refusals(name)) diagnostics.push_back(std::move(refusal));
        book_.replace("exposure:" + name, std::move(diagnostics));
        if (unit->second.backends.empty() && unit->second.diagnostics.empty()) units_.erase(unit);
    }
}

std::set<BackendKey> Exposure::take_changed_backends() { return std::exchange(changed_backends_, {}); }

std::shared_ptr<const routing::ServiceListeners> Exposure::listeners() {
    if (!std::exchange(stale_, false)) return listeners_;
    auto next = std::make_shared<routing::ServiceListeners>();
    claims_.for_each_granted([&](const PortClaims::Claim& claim) {
        const auto& wish = *claim.wish;
        next->listeners.push_back({.transport = wish.transport,
                                   .address = wish.address,
                                   .backend = backends_.find(wish.backend)->backend,
                                   .policy = policy_,
                                   .accept_proxy_protocol = wish.accept_proxy_protocol,
                                   .send_proxy_protocol = wish.send_proxy_protocol,
                                   .owner = owner_of(claim)});
    });
    std::ranges::sort(next->listeners, [](const auto& a, const auto& b) {
        return std::tie(a.transport, a.address) < std::tie(b.transport, b.address);
    });
    if (!std::ranges::equal(next->listeners, listeners_->listeners, same)) listeners_ = std::move(next);
    return listeners_;
}

}  // namespace fairway::ingress
