// The objects that the annotations of one Ingress name, such as the Secret of auth-secret.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "ingress/object_store.hpp"

namespace fairway::ingress {

/// Finds them in the store and remembers them, also those that are missing: a change of one is a change of the Ingress.
class References {
public:
    /// @param cross_namespace  ConfigMap key allow-cross-namespace-resources.
    References(const ObjectStore& store, std::string own_namespace, bool cross_namespace)
        : store_(&store), own_namespace_(std::move(own_namespace)), cross_namespace_(cross_namespace) {}

    const std::string& own_namespace() const noexcept { return own_namespace_; }
    /// "namespace/name", or "name" in the Ingress's own namespace. An Error also for another namespace, unless
    /// allow-cross-namespace-resources.
    Result<k8s::ObjectName> resolve(std::string_view text) const;
    /// For `text` as resolve() takes it. Never null. Values belong to the store: valid until it changes.
    Result<const k8s::Secret*> secret(std::string_view text) { return find<k8s::Secret>(text); }
    Result<const k8s::ConfigMap*> config_map(std::string_view text) { return find<k8s::ConfigMap>(text); }
    /// In any namespace, as ingress-nginx takes what holds no secrets.
    Result<const k8s::ConfigMap*> config_map_anywhere(std::string_view text);
    /// A change of its ports is a change of the Ingress, too.
    Result<const k8s::Service*> service(std::string_view text) { return find<k8s::Service>(text); }
    /// For a reference that is looked up elsewhere.
    void note(ObjectKey key) { named_.push_back(std::move(key)); }

    std::vector<ObjectKey> take() { return std::exchange(named_, {}); }

private:
    template <class T>
    Result<const T*> find(std::string_view text);
    template <class T>
    Result<const T*> look_up(const k8s::ObjectName& name);

    const ObjectStore* store_;
    std::string own_namespace_;
    bool cross_namespace_;
    std::vector<ObjectKey> named_;
};

}  // namespace fairway::ingress
