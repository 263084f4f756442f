#include "ingress/translator.hpp"

#include <algorithm>

#include "ingress/annotations/references.hpp"
#include "ingress/canaries.hpp"
#include "ingress/host_builder.hpp"
#include "ingress/host_name.hpp"
#include "ingress/ingress_class.hpp"
#include "ingress/precedence.hpp"
#include "waf/rule_sets.hpp"

namespace fairway::ingress {

namespace {

k8s::Position place_of(const Refusal& refusal, const k8s::Ingress& ingress, const std::string& prefix) {
    constexpr std::string_view kAnnotation = "annotation ";
    if (!refusal.field.starts_with(kAnnotation)) return ingress.meta.where;
    const auto found = ingress.meta.annotation_positions.find(prefix + "/" + refusal.field.substr(kAnnotation.size()));
    return found == ingress.meta.annotation_positions.end() ? ingress.meta.where : found->second;
}

}  // namespace

Translator::Translator(const EndpointSources& sources, TranslationOptions options, DiagnosticBook& book)
    : sources_(sources),
      store_(&sources.store),
      options_(std::move(options)),
      book_(&book),
      backends_(sources),
      exposure_(sources.store, options_, backends_, book),
      certificates_(sources.store),
      upstream_tls_(sources.store),
      rule_sets_(std::make_unique<waf::RuleSets>()),
      routes_(std::make_shared<const routing::RouteTable>()) {
    if (options_.default_ssl_certificate)
        needs_.replace({"flag", {{}, "default-ssl-certificate"}},
                       {{k8s::Secret::kKind, *options_.default_ssl_certificate}});
}

Translator::~Translator() = default;

std::shared_ptr<const routing::Snapshot> Translator::apply(const std::vector<ObjectChange>& changes,
                                                           const std::set<k8s::ObjectName>& touched) {
    auto dirty = sort_out(changes);
    dirty.services.insert(touched.begin(), touched.end());
    if (first_run_) {
        first_run_ = false;
        dirty.configmap = true;
        dirty.default_certificate = true;
    }
    if (dirty.configmap) apply_configmap(dirty);
    if (std::exchange(judge_all_, false))
        store_->for_each<k8s::Ingress>([&](const k8s::Ingress& ingress) { dirty.ingresses.insert(ingress.meta.name); });
    // A set that replace_ingress() only reads: the record of each is taken out and put in again.
    std::map<k8s::ObjectName, ObjectPtr> accepted;
    for (const auto& name : dirty.ingresses) {
        if (const auto* before = record(name)) accepted.emplace(name, before->object);
        drop_record(name, dirty);
    }
    for (const auto& name : dirty.ingresses) {
        const auto before = accepted.find(name);
        replace_ingress(name, before == accepted.end() ? nullptr : before->second, dirty);
    }
    refresh_secrets(dirty);
    expose_services(dirty);
    refresh_services(dirty);
    refresh_default_backend(dirty);
    report_global_auth();
    report_trace_collector();
    settle_balances(dirty);
    settle_tls(dirty);
    settle_names(dirty);
    rebuild_hosts(dirty);
    for (const auto& name : dirty.references) report_references(name);
    if (tls_changed_) rebuild_tls_config();
    assemble();
    rule_sets_->drop_unused();
    return snapshot_;
}

const IngressRecord* Translator::record(const k8s::ObjectName& ingress) const {
    const auto found = records_.find(ingress);
    return found == records_.end() ? nullptr : &found->second;
}

std::set<k8s::ObjectName> Translator::ingresses_of(const k8s::ObjectName& secret) const {
    const auto found = ingresses_by_secret_.find(secret);
    return found == ingresses_by_secret_.end() ? std::set<k8s::ObjectName>() : found->second;
}

Translator::Dirty Translator::sort_out(const std::vector<ObjectChange>& changes) const {
    Dirty dirty;
    std::set<std::string> renamed;  // namespaces where Services came or went
    for (const auto& change : changes) {
        const auto& [key, before, after] = change;
        const bool appears_or_goes = !before || !after;
        if (key.kind == k8s::Ingress::kKind) {
            dirty.ingresses.insert(key.name);
        } else if (key.kind == k8s::IngressClass::kKind) {
            store_->for_each<k8s::Ingress>([&](const k8s::Ingress& ingress) {
                if (ingress.class_name == key.name.name) dirty.ingresses.insert(ingress.meta.name);
            });
        } else if (key.kind == k8s::Namespace::kKind && !options_.watch_namespace_selector.empty()) {
            store_->for_each_in<k8s::Ingress>(
                key.name.name, [&](const k8s::Ingress& ingress) { dirty.ingresses.insert(ingress.meta.name); });
        } else if (key.kind == k8s::Service::kKind) {
            dirty.services.insert(key.name);
            dirty.service_objects.insert(key.name);
            note_users(key, dirty);
            if (appears_or_goes) renamed.insert(key.name.ns);
        } else if (key.kind == k8s::Endpoints::kKind) {
            dirty.services.insert(key.name);
        } else if (key.kind == k8s::EndpointSlice::kKind) {
            for (const auto* object : {&before, &after})
                if (const auto* slice = object_as<k8s::EndpointSlice>(*object))
                    dirty.services.insert({slice->meta.name.ns, slice->service_name()});
        } else if (key.kind == k8s::Pod::kKind) {
            note_pod(before, dirty);
            note_pod(after, dirty);
        } else if (key.kind == k8s::Secret::kKind) {
            note_secret(key.name, appears_or_goes, dirty);
            if (options_.default_ssl_certificate == key.name) dirty.default_certificate = true;
        } else if (key.kind == k8s::ConfigMap::kKind) {
            dirty.configmaps.insert(key.name);
            if (options_.configmap == key.name || settings_references_.contains(key)) dirty.configmap = true;
            note_users(key, dirty);
        }
    }
    // Their names may be what other, missing ones should have been.
    for (const auto& ns : renamed)
        for (const auto& service : backends_.services_in(ns))
            if (store_->find<k8s::Service>(service) == nullptr) dirty.services.insert(service);
    return dirty;
}

void Translator::note_users(const ObjectKey& key, Dirty& dirty) const {
    if (const auto users = ingresses_by_reference_.find(key); users != ingresses_by_reference_.end())
        dirty.ingresses.insert(users->second.begin(), users->second.end());
}

void Translator::note_secret(const k8s::ObjectName& secret, bool appears_or_goes, Dirty& dirty) const {
    dirty.secrets.insert(secret);
    // A Secret that comes or goes may be what other, missing ones of its namespace should have been.
    const auto concerns = [&](const k8s::ObjectName& other) {
        return other == secret || (appears_or_goes && store_->find<k8s::Secret>(other) == nullptr);
    };
    for (auto at = ingresses_by_secret_.lower_bound({secret.ns, ""});
         at != ingresses_by_secret_.end() && at->first.ns == secret.ns; ++at)
        if (concerns(at->first)) dirty.secrets.insert(at->first);
    for (auto at = ingresses_by_reference_.lower_bound({k8s::Secret::kKind, {secret.ns, ""}});
         at != ingresses_by_reference_.end() && at->first.kind == k8s::Secret::kKind && at->first.name.ns == secret.ns;
         ++at)
        if (concerns(at->first.name)) dirty.ingresses.insert(at->second.begin(), at->second.end());
}

void Translator::note_pod(const ObjectPtr& object, Dirty& dirty) const {
    const auto* pod = object_as<k8s::Pod>(object);
    if (pod == nullptr) return;
    for (auto& name : store_->services_of(*pod)) dirty.services.insert(std::move(name));
}

void Translator::apply_configmap(Dirty& dirty) {
    std::vector<Diagnostic> diagnostics;
    const auto* map = options_.configmap ? store_->find<k8s::ConfigMap>(*options_.configmap) : nullptr;
    References references(*store_, map != nullptr ? map->meta.name.ns : "", true);
    auto settings = map != nullptr ? parse_configmap(*map, references, diagnostics) : default_configmap_settings();
    if (map != nullptr) compile_default_rules(*map, settings, diagnostics);
    const auto named = references.take();
    settings_references_ = {named.begin(), named.end()};
    if (options_.configmap && map == nullptr)
        diagnostics.push_back({.severity = Severity::warning,
                               .where = {},
                               .kind = k8s::ConfigMap::kKind,
                               .object = *options_.configmap,
                               .field = "--configmap",
                               .message = "does not exist. All settings have their defaults",
                               .reason = "ConfigMapNotFound"});
    book_->replace("configmap", std::move(diagnostics));
    if (options_.configmap)
        needs_.replace({k8s::ConfigMap::kKind, *options_.configmap},
                       map != nullptr ? needs_of(*map) : std::set<ObjectKey>());
    settings.data_plane.public_https_port = options_.public_https_port;
    settings.data_plane.health_check_path = options_.health_check_path;
    settings.defaults.validate_annotations = options_.validate_annotations;
    settings.defaults.service_names = {options_.cluster_domain, options_.watch_namespace};

    const bool routes_change = !(settings.defaults == settings_.defaults) ||
                               settings.no_tls_redirect_locations != settings_.no_tls_redirect_locations ||
                               settings.no_auth_locations != settings_.no_auth_locations ||
                               settings.strict_path_types != settings_.strict_path_types ||
                               settings.upstream_tls_per_location != settings_.upstream_tls_per_location;
    const bool tls_change = !(settings.tls == settings_.tls) || settings.dh_parameters != settings_.dh_parameters ||
                            settings.ocsp != settings_.ocsp;
    judge_all_ |= !(settings.acceptance == settings_.acceptance);
    settings_ = std::move(settings);
    open_geo_databases();
    follow_trace_collector();
    data_plane_ = std::make_shared<const routing::Settings>(settings_.data_plane);
    exposure_.configure(settings_.streams, settings_.bind_addresses);
    tls_changed_ |= tls_change;
    if (!routes_change) return;
    follow_global_auth();
    default_route_ = nullptr;
    for (const auto& [name, record] : records_) dirty.ingresses.insert(name);
    for (auto& host : exposure_.hosts()) dirty.hosts.insert(std::move(host));
    dirty.balances.merge(exposure_.backends());
}

void Translator::drop_record(const k8s::ObjectName& name, Dirty& dirty) {
    const auto found = records_.find(name);
    if (found == records_.end()) return;
    const auto& record = found->second;
    for (const auto& paths : record.hosts) hosts_[paths.host].users.erase(name);
    for (const auto& paths : record.canary_hosts) hosts_[paths.host].canaries.erase(name);
    touch_hosts(record, dirty);
    for (const auto& entry : record.ingress->tls) {
        const auto users = ingresses_by_secret_.find({name.ns, entry.secret_name});
        if (users == ingresses_by_secret_.end()) continue;
        users->second.erase(name);
        if (users->second.empty()) ingresses_by_secret_.erase(users);
    }
    for (const auto& key : record.references) {
        const auto users = ingresses_by_reference_.find(key);
        if (users == ingresses_by_reference_.end()) continue;  // named twice
        users->second.erase(name);
        if (users->second.empty()) ingresses_by_reference_.erase(users);
    }
    for (const auto& key : record.backends) {
        backends_.remove_user(key, {k8s::Ingress::kKind, name});
        dirty.balances.insert(key);
    }
    for (const auto& [host, server] : record.auth_servers)
        backends_.remove_user(server.backend, {k8s::Ingress::kKind, name});
    records_.erase(found);
}

void Translator::deny_class_objects(bool denied) {
    judge_all_ |= std::exchange(options_.class_objects_denied, denied) != denied;
}

/// @param accepted  the version that was accepted before, or nullptr.
/// @return the version that counts: `object`, or `accepted` when it is refused.
ObjectPtr Translator::accept(ObjectPtr object, const ObjectPtr& accepted, std::vector<Diagnostic>& diagnostics) const {
    const auto& ingress = *object_as<k8s::Ingress>(object);
    const auto& prefix = options_.annotations_prefix;
    auto refusal = options_.deep_inspect ? find_attack(ingress) : std::nullopt;
    if (!refusal) refusal = find_blocked_word(ingress, prefix, settings_.acceptance);
    if (!refusal) refusal = find_risky_annotation(ingress, prefix, settings_.acceptance);
    if (!refusal) return object;
    diagnostics.push_back({.severity = Severity::error,
                           .where = place_of(*refusal, ingress, prefix),
                           .kind = k8s::Ingress::kKind,
                           .object = ingress.meta.name,
                           .field = std::move(refusal->field),
                           .message = with_outcome(std::move(refusal->message),
                                                   accepted ? "The version before stays" : "The Ingress is not served"),
                           .reason = std::move(refusal->reason)});
    return accepted;
}

void Translator::replace_ingress(const k8s::ObjectName& name, const ObjectPtr& accepted, Dirty& dirty) {
    const auto unit = name.to_string();
    dirty.references.insert(name);
    auto object = store_->find_object({k8s::Ingress::kKind, name});
    if (!object) {
        book_->forget("ingress:" + unit);
        needs_.replace({k8s::Ingress::kKind, name}, {});
        report_tls(name);
        return;
    }
    const auto& ingress = *object_as<k8s::Ingress>(object);
    std::vector<Diagnostic> diagnostics;
    if (const auto decision = decide_class(ingress, *store_, options_); !decision.ours) {
        needs_.replace({k8s::Ingress::kKind, name}, {});
        diagnostics.push_back({.severity = Severity::notice,
                               .where = ingress.meta.where,
                               .kind = k8s::Ingress::kKind,
                               .object = name,
                               .field = {},
                               .message = decision.reason,
                               .reason = "IngressNotOurs"});
    } else if (object = accept(std::move(object), accepted, diagnostics); object) {
        auto record = compile_ingress(std::move(object), *store_, settings_, options_.annotations_prefix, policies_,
                                      {upstream_tls_, *rule_sets_}, diagnostics);
        index_record(name, records_.insert_or_assign(name, std::move(record)).first->second, dirty);
    }
    book_->replace("ingress:" + unit, std::move(diagnostics));
    report_tls(name);
}

void Translator::index_record(const k8s::ObjectName& name, const IngressRecord& record, Dirty& dirty) {
    for (const auto& paths : record.hosts) hosts_[paths.host].users.insert(name);
    for (const auto& paths : record.canary_hosts) hosts_[paths.host].canaries.insert(name);
    touch_hosts(record, dirty);
    for (const auto& entry : record.ingress->tls)
        if (!entry.secret_name.empty()) ingresses_by_secret_[{name.ns, entry.secret_name}].insert(name);
    for (const auto& key : record.references) ingresses_by_reference_[key].insert(name);
    needs_.replace({k8s::Ingress::kKind, name}, needs_of(*record.ingress, record.references));
    for (const auto& key : record.backends) {
        backends_.add_user(key, {k8s::Ingress::kKind, name});
        dirty.balances.insert(key);
    }
    for (const auto& [host, server] : record.auth_servers)
        backends_.add_user(server.backend, {k8s::Ingress::kKind, name});
}

void Translator::refresh_secrets(Dirty& dirty) {
    for (const auto& secret : dirty.secrets) {
        const auto users = ingresses_by_secret_.find(secret);
        if (users == ingresses_by_secret_.end()) continue;
        for (const auto& name : users->second) {
            for (const auto& paths : records_.at(name).hosts) dirty.hosts.insert(paths.host);
            if (!dirty.ingresses.contains(name)) report_tls(name);
        }
    }
}

void Translator::expose_services(Dirty& dirty) {
    exposure_.update(dirty.service_objects, dirty.configmaps);
    dirty.balances.merge(exposure_.take_changed_backends());
    dirty.hosts.merge(exposure_.take_changed_hosts());
}

void Translator::touch_hosts(const IngressRecord& record, Dirty& dirty) {
    for (const auto* hosts : {&record.hosts, &record.canary_hosts})
        for (const auto& paths : *hosts) dirty.hosts.insert(paths.host);
}

void Translator::rebuild_hosts(const Dirty& dirty) {
    if (dirty.hosts.empty()) return;
    auto routes = std::make_shared<routing::RouteTable>(*routes_);
    for (const auto& name : dirty.hosts) {
        const auto found = hosts_.find(name);
        if (found == hosts_.end() || found->second.users.empty()) {
            if (const auto* service = exposure_.host_backend(name))
                routes->replace_host(name, build_service_host(name, *service));
            else
                routes->remove_host(name);
            report_lone_canaries(name);
            if (found != hosts_.end() && found->second.canaries.empty()) hosts_.erase(found);
            settle_passthrough(name, std::nullopt);
            continue;
        }
        std::vector<Diagnostic> diagnostics;
        const auto& state = found->second;
        const HostInput input{.name = name,
                              .ingresses = ordered(state.users),
                              .canaries = ordered(state.canaries),
                              .has_certificate = state.has_certificate,
                              .client_certificates = state.settings.client_certificates,
                              .default_backend = default_backend_,
                              .share_upstream_tls = !settings_.upstream_tls_per_location,
                              .no_auth_locations = &settings_.no_auth_locations,
                              .has_aliases = !state.aliases.empty(),
                              .covered_aliases = covered_aliases(state)};
        routes->replace_host(name,
                             build_host(input, backends_, settings_.no_tls_redirect_locations, policies_, diagnostics));
        settle_passthrough(name, find_passthrough(name, input.ingresses, backends_, options_.ssl_passthrough,
                                                  options_.annotations_prefix, diagnostics));
        book_->replace("host:" + name, std::move(diagnostics));
    }
    routes_ = std::move(routes);
    rebuild_names();
}

/// Reference 3.5: a canary alone is no host and not the catch-all.
void Translator::report_lone_canaries(const std::string& host) {
    std::vector<Diagnostic> diagnostics;
    std::vector<routing::Route> none;
    if (const auto found = hosts_.find(host); found != hosts_.end())
        add_canaries(host, ordered(found->second.canaries), backends_, none, diagnostics);
    book_->replace("host:" + host, std::move(diagnostics));
}

/// What no Ingress names: every path goes to the Service, with the policy that an Ingress without annotations has.
std::shared_ptr<const routing::HostRules> Translator::build_service_host(const std::string& name,
                                                                         const BackendKey& key) {
    const auto policy = default_policy();  // a Pod's client asks for http and means it: no redirect
    std::vector<routing::Route> routes{{.path = "/",
                                        .type = routing::PathType::prefix,
                                        .owner = nullptr,
                                        .policy = policies_.intern(policy, 0),
                                        .backend = backends_.find(key)->backend}};
    return std::make_shared<const routing::HostRules>(
        routing::HostRules::Options{.name = name, .has_certificate = false}, std::move(routes));
}

std::vector<const IngressRecord*> Translator::ordered(const std::set<k8s::ObjectName>& names) const {
    std::vector<const IngressRecord*> records;
    records.reserve(names.size());
    for (const auto& name : names)
        if (const auto found = records_.find(name); found != records_.end()) records.push_back(&found->second);
    std::ranges::sort(records,
                      [](const auto* a, const auto* b) { return comes_before(a->ingress->meta, b->ingress->meta); });
    return records;
}

std::vector<const IngressRecord*> Translator::ordered(const std::set<ObjectKey>& users) const {
    std::set<k8s::ObjectName> names;
    for (const auto& user : users)
        if (user.kind == k8s::Ingress::kKind) names.insert(user.name);
    return ordered(names);
}

void Translator::assemble() {
    const auto endpoints = backends_.endpoint_table();
    const auto services = exposure_.listeners();
    const bool same = snapshot_ && snapshot_->routes == routes_ && snapshot_->endpoints == endpoints &&
                      snapshot_->settings == data_plane_ && snapshot_->services == services && snapshot_->tls == tls_ &&
                      snapshot_->passthrough == passthrough_ && snapshot_->default_route == default_route_;
    if (same) return;
    auto next = std::make_shared<routing::Snapshot>();
    next->generation = snapshot_ ? snapshot_->generation + 1 : 1;
    next->routes = routes_;
    next->endpoints = endpoints;
    next->settings = data_plane_;
    next->services = services;
    next->tls = tls_;
    next->passthrough = passthrough_;
    next->default_route = default_route_;
    snapshot_ = std::move(next);
}

}  // namespace fairway::ingress
