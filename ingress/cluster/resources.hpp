// Which objects of a cluster matter, and how an API server calls them.
#pragma once

#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "ingress/options.hpp"
#include "k8s-client/api/resource_watch.hpp"

namespace fairway::ingress {

/// What is read from the start.
/// @param published  the Service whose addresses the status of Ingresses gives; one of them, wherever it is.
std::vector<k8s::WatchedResource> resources_for(const TranslationOptions& options,
                                                const std::optional<k8s::ObjectName>& published);

/// ConfigMaps that flags name; part of resources_for().
std::set<k8s::ObjectName> named_configmaps(const TranslationOptions& options);

/// A ConfigMap or a Secret that something refers to.
k8s::WatchedResource one_configmap(const k8s::ObjectName& name);
k8s::WatchedResource one_secret(const k8s::ObjectName& name);

}  // namespace fairway::ingress
