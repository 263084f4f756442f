// Environment: the variables by which containers find Services, as the kubelet sets them (pkg/kubelet/envvars).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ingress/exposure/cluster_address.hpp"
#include "ingress/object_store.hpp"

namespace fairway::ingress {

/// Name and value. Names are upper-case letters, digits and '_'; values are letters, digits and ":/.", so that both can
/// be given to a shell as they are.
using Environment = std::vector<std::pair<std::string, std::string>>;

/// The variables of one Service with this address: KUBIA_SERVICE_HOST, KUBIA_SERVICE_PORT (the first port),
/// KUBIA_SERVICE_PORT_<NAME> for each named port, then for each port those of Docker's links: KUBIA_PORT (the first),
/// KUBIA_PORT_80_TCP, _PROTO, _PORT and _ADDR. Nothing for a Service without ports.
Environment service_variables(const k8s::Service& service, const IpAddress& address);

/// What a Pod of the namespace sees: its Services in order of name, and the Service kubernetes of the namespace default
/// unless the namespace has its own. Only Services with a cluster address.
Environment pod_environment(const ObjectStore& store, const ClusterAddresses& addresses, const std::string& ns);

}  // namespace fairway::ingress
