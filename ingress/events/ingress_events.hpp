// What Events say about Ingresses and ConfigMaps (reference 5.5): "Sync" when an Ingress comes or changes, and a Warning for
// each diagnostic about one. Decides only; EventRecorder writes.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

#include "ingress/diagnostics.hpp"
#include "ingress/object_store.hpp"
#include "ingress/translator.hpp"
#include "k8s-client/api/event.hpp"

namespace fairway::ingress {

/// The component that Events of ingress-nginx name, which people filter by.
inline constexpr const char* kEventComponent = "nginx-ingress-controller";

/// @param before,after  versions of an Ingress that is served, `before` may be null. nullopt: what changed is no news, such
/// as its status.
std::optional<k8s::Event> sync_event(const k8s::Ingress* before, const k8s::Ingress& after);
/// @param closed  the Ingress has annotations that close its paths (outcome D of the reference): errors about annotations
/// are then told as ingress-nginx tells them. nullopt: a notice.
std::optional<k8s::Event> warning_event(const Diagnostic& diagnostic, const k8s::Ingress& ingress, bool closed);
std::optional<k8s::Event> configmap_event(const k8s::ConfigMap* before, const k8s::ConfigMap& after);

class IngressEvents {
public:
    using Tell = std::function<void(k8s::Event)>;

    /// What is referred to outlives it.
    IngressEvents(const ObjectStore& store, const Translator& translator, Tell tell)
        : store_(store), translator_(translator), tell_(std::move(tell)) {}

    /// The cluster is known for the first time. Ingresses that are older than kRecent are no news: their Events were written
    /// when they came, by whoever led then.
    void started(const Report& current, std::chrono::system_clock::time_point now) const;
    void changed(const std::vector<ObjectChange>& changes) const;
    void found(const Report& fresh) const;

    static constexpr std::chrono::minutes kRecent{5};

private:
    bool is_followed(const k8s::ObjectName& configmap) const;

    const ObjectStore& store_;
    const Translator& translator_;
    Tell tell_;
};

}  // namespace fairway::ingress
