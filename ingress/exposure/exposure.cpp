#include "ingress/exposure/exposure.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "ingress/exposure/service_hosts.hpp"

namespace fairway::ingress {

namespace {

bool same(const routing::ServiceListener& a, const routing::ServiceListener& b) {
    return a.transport == b.transport && a.address == b.address && a.backend == b.backend && a.policy == b.policy &&
           a.accept_proxy_protocol == b.accept_proxy_protocol && a.send_proxy_protocol == b.send_proxy_protocol &&
           a.owner == b.owner;
}

std::vector<BackendKey> backends_of(const ListenerPlan& plan) {
    std::vector<BackendKey> keys;
    for (const auto& wish : plan.wishes) keys.push_back(wish.backend);
    if (plan.host_backend) keys.push_back(*plan.host_backend);
    std::ranges::sort(keys);
    const auto repeated = std::ranges::unique(keys);
    keys.erase(repeated.begin(), repeated.end());
    return keys;
}

constexpr const char* flag_of(routing::Transport transport) {
    return transport == routing::Transport::udp ? "--udp-services-configmap" : "--tcp-services-configmap";
}

std::string unit_of(const k8s::ObjectName& service) { return "Service " + service.to_string(); }

/// What bind-address says, or every address.
std::vector<IpAddress> listening_addresses(const std::vector<IpAddress>& bind_addresses) {
    if (!bind_addresses.empty()) return bind_addresses;
    return {IpAddress{}, IpAddress{.bytes = {}, .v6 = true}};
}

Diagnostic missing_configmap(const k8s::ObjectName& name, routing::Transport transport) {
    return {.severity = Severity::warning,
            .where = {},
            .kind = k8s::ConfigMap::kKind,
            .object = name,
            .field = flag_of(transport),
            .message = "does not exist. None of its ports are open",
            .reason = "ConfigMapNotFound"};
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

std::shared_ptr<const routing::StreamPolicy> Exposure::unlimited_answers(const routing::StreamPolicy& policy) {
    auto unlimited = std::make_shared<routing::StreamPolicy>(policy);
    unlimited->udp_responses = routing::StreamPolicy::kUnlimited;
    unlimited->idle_timeout =
        std::chrono::seconds(120);  // nf_conntrack_udp_timeout_stream, which kube-proxy leaves as it is
    return unlimited;
}

void Exposure::configure(const routing::StreamPolicy& policy, const std::vector<IpAddress>& bind_addresses) {
    if (!(policy == *policy_)) {
        policy_ = std::make_shared<const routing::StreamPolicy>(policy);
        service_udp_policy_ = unlimited_answers(policy);
        stale_ = true;
    }
    if (bind_addresses == bind_addresses_) return;
    bind_addresses_ = bind_addresses;
    streams_stale_ = true;
    claims_.reserve(options_.reserved_ports, bind_addresses_);
}

void Exposure::update(const std::set<k8s::ObjectName>& services, const std::set<k8s::ObjectName>& configmaps) {
    if (options_.services) update_services(services);
    const bool all = std::exchange(streams_stale_, false);
    const auto is_concerned = [&](const std::optional<k8s::ObjectName>& map) {
        return map && (all || configmaps.contains(*map));
    };
    if (is_concerned(options_.tcp_services_configmap)) plan_streams(routing::Transport::tcp);
    if (is_concerned(options_.udp_services_configmap)) plan_streams(routing::Transport::udp);
    settle();
}

void Exposure::update_services(const std::set<k8s::ObjectName>& services) {
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

void Exposure::plan(const k8s::ObjectName& name, const k8s::Service* service) {
    ListenerPlan plan;
    ObjectPtr object;
    const ObjectKey key{k8s::Service::kKind, name};
    if (service != nullptr) {
        object = store_.find_object(key);
        plan = plan_service(*service, {options_.service_address, addresses_.of(name)}, node_ports_);
    }
    set_hosts(name, plan.host_backend);
    replace_unit(unit_of(name), key, std::move(object), std::move(plan));
}

void Exposure::plan_streams(routing::Transport transport) {
    const auto& name =
        transport == routing::Transport::udp ? *options_.udp_services_configmap : *options_.tcp_services_configmap;
    const ObjectKey key{k8s::ConfigMap::kKind, name};
    auto object = store_.find_object(key);
    ListenerPlan plan;
    if (object)
        plan =
            plan_stream_services(*object_as<k8s::ConfigMap>(object), transport, listening_addresses(bind_addresses_));
    else
        plan.diagnostics.push_back(missing_configmap(name, transport));
    replace_unit(flag_of(transport), key, std::move(object), std::move(plan));
}

void Exposure::set_hosts(const k8s::ObjectName& service, const std::optional<BackendKey>& backend) {
    for (auto& host : hosts_of(service)) {
        if (backend)
            hosts_.insert_or_assign(host, *backend);
        else
            hosts_.erase(host);
        changed_hosts_.insert(std::move(host));
    }
}

std::set<BackendKey> Exposure::backends() const {
    std::set<BackendKey> keys;
    for (const auto& [name, unit] : units_) keys.insert(unit.backends.begin(), unit.backends.end());
    return keys;
}

const BackendKey* Exposure::host_backend(const std::string& host) const {
    const auto found = hosts_.find(host);
    return found == hosts_.end() ? nullptr : &found->second;
}

std::vector<std::string> Exposure::hosts_of(const k8s::ObjectName& service) const {
    return service_host_names(service, options_.cluster_domain);
}

std::vector<std::string> Exposure::hosts() const {
    std::vector<std::string> names;
    names.reserve(hosts_.size());
    for (const auto& [name, backend] : hosts_) names.push_back(name);
    return names;
}

void Exposure::replace_unit(const std::string& name, const ObjectKey& user, ObjectPtr object, ListenerPlan plan) {
    auto backends = backends_of(plan);
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
        report(name);
        const auto unit = units_.find(name);
        if (unit->second.backends.empty() && unit->second.diagnostics.empty()) units_.erase(unit);
    }
}

void Exposure::report(const std::string& name) {
    auto diagnostics = units_.at(name).diagnostics;
    for (auto& refusal : claims_.refusals(name)) diagnostics.push_back(std::move(refusal));
    // Whoever calls a Service sees its endpoints; a port in a ConfigMap says nothing of where it leads.
    const auto* claimant = claims_.find(name);
    if (claimant != nullptr && k8s::kind_of(*claimant->object) == k8s::ConfigMap::kKind)
        add_backend_problems(*claimant, diagnostics);
    book_.replace("exposure:" + name, std::move(diagnostics));
}

void Exposure::add_backend_problems(const Claimant& claimant, std::vector<Diagnostic>& diagnostics) const {
    std::string_view said;
    for (const auto& wish : claimant.wishes) {
        const auto& problem = backends_.find(wish.backend)->endpoints.problem;
        if (problem.reason.empty() || wish.field == said) continue;
        said = wish.field;
        const bool udp = wish.transport == routing::Transport::udp;
        diagnostics.push_back(
            {.severity = problem.severity,
             .where = wish.where,
             .kind = k8s::ConfigMap::kKind,
             .object = k8s::meta_of(*claimant.object).name,
             .field = wish.field,
             .message = with_outcome(problem.message, udp ? "Datagrams are dropped" : "Connections are closed at once"),
             .reason = problem.reason});
    }
}

void Exposure::review_configmaps() {
    for (const auto transport : {routing::Transport::tcp, routing::Transport::udp})
        if (units_.contains(flag_of(transport))) report(flag_of(transport));
}

std::shared_ptr<const routing::ServiceListeners> Exposure::listeners() {
    if (!std::exchange(stale_, false)) return listeners_;
    auto next = std::make_shared<routing::ServiceListeners>();
    claims_.for_each_granted([&](const PortClaims::Claim& claim) {
        const auto& wish = *claim.wish;
        auto owner = owner_of(claim);
        const bool service_udp = wish.transport == routing::Transport::udp && owner.kind == k8s::Service::kKind;
        next->listeners.push_back({.transport = wish.transport,
                                   .address = wish.address,
                                   .backend = backends_.find(wish.backend)->backend,
                                   .policy = service_udp ? service_udp_policy_ : policy_,
                                   .accept_proxy_protocol = wish.accept_proxy_protocol,
                                   .send_proxy_protocol = wish.send_proxy_protocol,
                                   .owner = std::move(owner)});
    });
    std::ranges::sort(next->listeners, [](const auto& a, const auto& b) {
        return std::tie(a.transport, a.address) < std::tie(b.transport, b.address);
    });
    if (!std::ranges::equal(next->listeners, listeners_->listeners, same)) listeners_ = std::move(next);
    return listeners_;
}

}  // namespace fairway::ingress
