#include "ingress/object_needs.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "base/ascii.hpp"
#include "ingress/configmap/descriptors.hpp"

namespace fairway::ingress {

namespace {

constexpr std::string_view kNamesConfigMap = "namespace/name of a ConfigMap";
constexpr std::string_view kNamesSecret = "namespace/name of a Secret";

/// "namespace/name", or a name in the namespace `ns`; absent when it is neither, which the parser complains about.
std::optional<k8s::ObjectName> named(std::string_view text, const std::string& ns) {
    text = ascii::trim(text);
    const auto slash = text.find('/');
    k8s::ObjectName name{ns, std::string(text)};
    if (slash != std::string_view::npos)
        name = {std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
    return name.ns.empty() || name.name.empty() ? std::nullopt : std::optional(std::move(name));
}

}  // namespace

void ObjectNeeds::replace(const ObjectKey& user, std::set<ObjectKey> objects) {
    const auto known = objects_.find(user);
    if (known != objects_.end() && known->second == objects) return;
    if (known != objects_.end()) {
        for (const auto& object : known->second) {
            if (objects.contains(object)) continue;
            note(object);
            const auto users = users_.find(object);
            users->second.erase(user);
            if (users->second.empty()) users_.erase(users);
        }
    }
    for (const auto& object : objects) {
        note(object);
        users_[object].insert(user);
    }
    if (objects.empty())
        objects_.erase(user);
    else
        objects_[user] = std::move(objects);
}

void ObjectNeeds::note(const ObjectKey& object) { changed_.try_emplace(object, needs(object)); }

std::vector<ObjectKey> ObjectNeeds::take_changed() {
    std::vector<ObjectKey> changed;
    for (const auto& [object, before] : std::exchange(changed_, {}))
        if (needs(object) != before) changed.push_back(object);
    return changed;
}

std::set<ObjectKey> needs_of(const k8s::Ingress& ingress, const std::vector<ObjectKey>& references) {
    std::set<ObjectKey> needs(references.begin(), references.end());
    for (const auto& entry : ingress.tls)
        if (!entry.secret_name.empty()) needs.insert({k8s::Secret::kKind, {ingress.meta.name.ns, entry.secret_name}});
    return needs;
}

std::set<ObjectKey> needs_of(const k8s::ConfigMap& settings) {
    std::set<ObjectKey> needs;
    for (const auto& [key, value] : settings.data) {
        const auto* const descriptor = find_config_key(key);
        if (descriptor == nullptr) continue;
        const bool secret = descriptor->values == kNamesSecret;
        if (!secret && descriptor->values != kNamesConfigMap) continue;
        if (auto name = named(value, settings.meta.name.ns))
            needs.insert({secret ? k8s::Secret::kKind : k8s::ConfigMap::kKind, *std::move(name)});
    }
    return needs;
}

}  // namespace fairway::ingress
