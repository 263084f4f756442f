// Host names of Services: the names by which a Pod of the cluster reaches a Service over HTTP, served by the HTTP
// listeners of a --services run.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "k8s-client/objects/service.hpp"

namespace fairway::ingress {

/// "kubia.default", "kubia.default.svc" and "kubia.default.svc.cluster.local", as a Pod's search list completes them;
/// "kubia" alone for the namespace default, because a request does not say which namespace it comes from.
std::vector<std::string> service_host_names(const k8s::ObjectName& service, std::string_view cluster_domain);

/// The port that these names mean: 80; else the one named http; else the first TCP port. An ExternalName without ports
/// has 80. nullopt: no TCP port, so no names.
std::optional<std::string> service_host_port(const k8s::Service& service);

}  // namespace fairway::ingress
