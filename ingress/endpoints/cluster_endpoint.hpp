// The cluster address of a Service as its only endpoint: annotation and ConfigMap key service-upstream.
#pragma once

#include <optional>
#include <string_view>

#include "ingress/service_endpoints.hpp"

namespace fairway::ingress {

/// clusterIP and the Service's own port. nullopt: there is no such Service or port, or no clusterIP (headless, ExternalName,
/// manifests that were never in a cluster); then the endpoints themselves are used, as in ingress-nginx.
std::optional<ServiceEndpoints> cluster_endpoint(const ObjectStore& store, const k8s::ObjectName& service,
                                                 std::string_view port, k8s::Protocol protocol);

}  // namespace fairway::ingress
