// Where clients reach this controller: what status.loadBalancer.ingress of every Ingress it serves says (reference 5.4).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ingress/object_store.hpp"
#include "k8s-client/objects/meta.hpp"

namespace fairway::ingress {

struct StatusOptions {
    std::optional<k8s::ObjectName> publish_service;  ///< --publish-service
    std::vector<std::string> publish_addresses;      ///< --publish-status-address; these win
    bool names_anything() const noexcept { return publish_service.has_value() || !publish_addresses.empty(); }
};

/// In the order that status lists them: by host name, then IP. Empty when the Service has no address yet.
/// @param nodes  addresses of the nodes that ready replicas are on: count when the options name nothing.
std::vector<k8s::LoadBalancerAddress> status_addresses(const StatusOptions& options, const ObjectStore& store,
                                                       const std::vector<std::string>& nodes = {});

}  // namespace fairway::ingress
