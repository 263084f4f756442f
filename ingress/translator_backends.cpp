// The parts of Translator that decide for backends: the endpoints and settings of those that Ingresses share, and what
// is told of them.
#include <fmt/format.h>

#include "ingress/endpoints/cluster_endpoint.hpp"
#include "ingress/endpoints/service_notices.hpp"
#include "ingress/setting_reader.hpp"
#include "ingress/translator.hpp"

namespace fairway::ingress {

namespace {

/// What a problem with a backend means for requests.
std::string_view outcome_of(const ServiceEndpoints& endpoints, const IngressRecord& user) {
    if (user.canary && endpoints.set->endpoints.empty()) return "Requests stay with the primary";
    return endpoints.set->endpoints.empty() ? "Requests are answered 503" : "The addresses known before stay in use";
}

}  // namespace

void Translator::refresh_services(Dirty& dirty) {
    bool configmaps = false;
    for (const auto& service : dirty.services) {
        const auto refreshed = backends_.refresh_service(service);
        for (const auto& key : refreshed.problems) {
            for (const auto& user : backends_.find(key)->users) {
                if (user.kind == k8s::Ingress::kKind) dirty.references.insert(user.name);
                configmaps |= user.kind == k8s::ConfigMap::kKind;
            }
        }
        for (const auto& key : refreshed.backends) {
            note_backend(key, dirty);
            for (const auto* record : ordered(backends_.find(key)->users)) touch_hosts(*record, dirty);
        }
        report_service(service);
    }
    if (configmaps) exposure_.review_configmaps();
}

/// The value of a backend is another one: listeners and host names of its Service hold the old one.
void Translator::note_backend(const BackendKey& key, Dirty& dirty) {
    exposure_.refresh();
    for (auto& host : exposure_.hosts_of(key.service))
        if (exposure_.host_backend(host) != nullptr) dirty.hosts.insert(std::move(host));
}

void Translator::report_service(const k8s::ObjectName& name) {
    const auto* service = store_->find<k8s::Service>(name);
    book_->replace("service:" + name.to_string(),
                   service == nullptr ? std::vector<Diagnostic>{} : service_notices(*store_, *service, options_));
}

void Translator::settle_balances(Dirty& dirty) {
    for (const auto& key : dirty.balances) {
        const auto* registered = backends_.find(key);
        if (registered == nullptr) continue;
        const auto users = ordered(registered->users);
        auto settings = settings_of(users);
        // A listener for the cluster address must not send to itself.
        settings.service_upstream &= users.size() == registered->users.size();
        const auto changed = backends_.set_settings(
            key, settings, users.empty() ? k8s::ObjectName{} : users.front()->ingress->meta.name);
        if (changed.diagnostics)
            for (const auto* user : users) dirty.references.insert(user->ingress->meta.name);
        if (!changed.backend) continue;
        note_backend(key, dirty);
        for (const auto* user : users) touch_hosts(*user, dirty);
    }
}

/// Reference 1.2: the oldest Ingress of a backend decides; of session cookies the oldest that has them decides the mode, and
/// the youngest the attributes.
BackendSettings Translator::settings_of(const std::vector<const IngressRecord*>& users) const {
    BackendSettings result{.load_balance = settings_.defaults.load_balance,
                           .service_upstream = settings_.defaults.service_upstream};
    if (!users.empty()) result = users.front()->backend_settings;
    result.session.reset();
    for (const auto* user : users) {
        const auto& session = user->backend_settings.session;
        if (!session) continue;
        const bool persistent = result.session ? result.session->persistent : session->persistent;
        result.session = session;
        result.session->persistent = persistent;
    }
    return result;
}

void Translator::report_references(const k8s::ObjectName& name) {
    std::vector<Diagnostic> diagnostics;
    if (const auto* record = this->record(name)) {
        const auto add = [&](const BackendKey& key, const k8s::Position& where, std::string field) {
            const auto* registered = backends_.find(key);
            if (registered == nullptr || registered->endpoints.problem.reason.empty()) return;
            const auto& problem = registered->endpoints.problem;
            diagnostics.push_back({.severity = problem.severity,
                                   .where = where,
                                   .kind = k8s::Ingress::kKind,
                                   .object = name,
                                   .field = std::move(field),
                                   .message = with_outcome(problem.message, outcome_of(registered->endpoints, *record)),
                                   .reason = problem.reason});
        };
        for (const auto* hosts : {&record->hosts, &record->canary_hosts})
            for (const auto& paths : *hosts)
                for (const auto* path : paths.paths)
                    add(backend_key(*record->ingress, path->backend), path->backend.where, path->field + ".backend");
        if (record->default_backend)
            add(*record->default_backend, record->ingress->default_backend->where, "spec.defaultBackend");
        report_auth_servers(*record, diagnostics);
        note_backend_settings(*record, diagnostics);
        note_plain_endpoints(*record, diagnostics);
    }
    book_->replace("backends:" + name.to_string(), std::move(diagnostics));
}

/// What an Ingress asks of a backend, and does not get.
void Translator::note_backend_settings(const IngressRecord& record, std::vector<Diagnostic>& diagnostics) const {
    auto annotations = SettingReader::of_annotations(record.ingress->meta, options_.annotations_prefix, diagnostics);
    const auto& own = record.backend_settings;
    for (const auto& key : record.backends) {
        const auto& registered = *backends_.find(key);
        const auto& decided = registered.settings;
        const auto overruled = [&](std::string_view name, bool differs) {
            if (!differs || registered.decided_by == record.ingress->meta.name || !annotations.find(name)) return;
            annotations.report(
                Severity::warning, name,
                fmt::format(
                    "has no effect on Service {} port {}, for which the older Ingress {} decides; write it there",
                    key.service.to_string(), key.port, registered.decided_by.to_string()),
                "BackendSettingOverruled");
        };
        overruled("load-balance", own.load_balance != decided.load_balance);
        overruled("upstream-hash-by", own.hash != decided.hash);
        overruled("service-upstream", own.service_upstream != decided.service_upstream);
        if (!own.service_upstream || !annotations.find("service-upstream")) continue;
        const bool has_address = cluster_endpoint(*store_, key.service, key.port, key.protocol).has_value();
        const bool kept = !decided.service_upstream && registered.decided_by == record.ingress->meta.name;
        if (has_address && !kept) continue;
        annotations.report(
            Severity::warning, "service-upstream",
            fmt::format("has no effect on Service {} port {}, {}; its endpoints are used", key.service.to_string(),
                        key.port, has_address ? "which a service listener uses as well" : "which has no clusterIP"),
            "NoClusterAddress");
    }
}

}  // namespace fairway::ingress
