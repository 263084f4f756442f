// Object needs: the Secrets and ConfigMaps that what is served refers to by name. A cluster's source asks for these alone.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "ingress/object_store.hpp"

namespace fairway::ingress {

class ObjectNeeds {
public:
    /// What `user` refers to from now on, instead of what it did before.
    void replace(const ObjectKey& user, std::set<ObjectKey> objects);
    bool needs(const ObjectKey& object) const { return users_.contains(object); }
    /// Objects that were needed by nobody when this was called last and are now, or the other way round.
    std::vector<ObjectKey> take_changed();

private:
    void note(const ObjectKey& object);

    std::map<ObjectKey, std::set<ObjectKey>> users_;    ///< object -> who needs it; never empty
    std::map<ObjectKey, std::set<ObjectKey>> objects_;  ///< user -> what it needs; never empty
    std::map<ObjectKey, bool> changed_;                 ///< object -> whether it was needed at the last take_changed()
};

/// Secrets of the TLS sections, and what the annotations refer to (IngressRecord::references).
std::set<ObjectKey> needs_of(const k8s::Ingress& ingress, const std::vector<ObjectKey>& references);

/// What the keys of the ConfigMap of settings name: add-headers, proxy-set-headers, ssl-dh-param.
std::set<ObjectKey> needs_of(const k8s::ConfigMap& settings);

}  // namespace fairway::ingress
