#include "ingress/events/ingress_events.hpp"

#include <fmt/format.h>

#include "ingress/ingress_class.hpp"

namespace fairway::ingress {

namespace {

k8s::InvolvedObject about(const char* api_version, const char* kind, const k8s::ObjectMeta& meta) {
    return {api_version, kind, meta.name, meta.uid, meta.resource_version};
}

k8s::InvolvedObject about(const k8s::Ingress& ingress) {
    return about("networking.k8s.io/v1", k8s::Ingress::kKind, ingress.meta);
}

}  // namespace

std::optional<k8s::Event> sync_event(const k8s::Ingress* before, const k8s::Ingress& after) {
    // The API server counts changes of the spec in metadata.generation.
    if (before != nullptr && before->meta.uid == after.meta.uid && before->meta.generation == after.meta.generation &&
        before->meta.annotations == after.meta.annotations)
        return std::nullopt;
    return k8s::Event{about(after), k8s::EventType::normal, "Sync", "Scheduled for sync"};
}

std::optional<k8s::Event> warning_event(const Diagnostic& diagnostic, const k8s::Ingress& ingress, bool closed) {
    if (diagnostic.severity == Severity::notice) return std::nullopt;
    auto message =
        diagnostic.field.empty() ? diagnostic.message : fmt::format("{}: {}", diagnostic.field, diagnostic.message);
    auto reason = diagnostic.reason;
    const bool closes = closed && diagnostic.severity == Severity::error && diagnostic.field.starts_with("annotation ");
    if (closes && reason != "SnippetNotSupported") {
        reason = "AnnotationParsingFailed";
        message = "Error parsing annotations: " + message;
    }
    return k8s::Event{about(ingress), k8s::EventType::warning, std::move(reason), std::move(message)};
}

std::optional<k8s::Event> configmap_event(const k8s::ConfigMap* before, const k8s::ConfigMap& after) {
    if (before != nullptr && before->data == after.data) return std::nullopt;
    return k8s::Event{about("v1", k8s::ConfigMap::kKind, after.meta), k8s::EventType::normal,
                      before == nullptr ? "CREATE" : "UPDATE",
                      fmt::format("ConfigMap {}", after.meta.name.to_string())};
}

void IngressEvents::started(const Report& current, std::chrono::system_clock::time_point now) const {
    const auto recent = std::chrono::system_clock::to_time_t(now - kRecent);
    store_.for_each<k8s::Ingress>([&](const k8s::Ingress& ingress) {
        if (ingress.meta.creation_time >= recent && translator_.record(ingress.meta.name) != nullptr)
            tell_(*sync_event(nullptr, ingress));
    });
    store_.for_each<k8s::ConfigMap>([&](const k8s::ConfigMap& map) {
        if (is_followed(map.meta.name)) tell_(*configmap_event(nullptr, map));
    });
    found(current);
}

void IngressEvents::changed(const std::vector<ObjectChange>& changes) const {
    for (const auto& change : changes) {
        std::optional<k8s::Event> event;
        if (const auto* ingress = object_as<k8s::Ingress>(change.after);
            ingress != nullptr && translator_.record(change.key.name) != nullptr)
            event = sync_event(object_as<k8s::Ingress>(change.before), *ingress);
        else if (const auto* map = object_as<k8s::ConfigMap>(change.after);
                 map != nullptr && is_followed(change.key.name))
            event = configmap_event(object_as<k8s::ConfigMap>(change.before), *map);
        if (event) tell_(*std::move(event));
    }
}

void IngressEvents::found(const Report& fresh) const {
    for (const auto& diagnostic : fresh.diagnostics) {
        if (diagnostic.kind != k8s::Ingress::kKind) continue;
        const auto* ingress = store_.find<k8s::Ingress>(diagnostic.object);
        // Those of other controllers are none of our business, also when something is wrong with them.
        if (ingress == nullptr || !decide_class(*ingress, store_, translator_.options()).ours) continue;
        const auto* record = translator_.record(diagnostic.object);
        const bool closed = record != nullptr && record->policy && !record->policy->denied.empty();
        if (auto event = warning_event(diagnostic, *ingress, closed)) tell_(*std::move(event));
    }
}

bool IngressEvents::is_followed(const k8s::ObjectName& configmap) const {
    const auto& options = translator_.options();
    return options.configmap == configmap || options.tcp_services_configmap == configmap ||
           options.udp_services_configmap == configmap;
}

}  // namespace fairway::ingress
