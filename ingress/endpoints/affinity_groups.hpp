// Affinity groups: one number for each Service port with sessionAffinity, whoever refers to it and however.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>

#include "ingress/object_store.hpp"
#include "routing/backend.hpp"

namespace fairway::ingress {

class AffinityGroups {
public:
    /// Service spec.sessionAffinity ClientIP and spec.sessionAffinityConfig.clientIP.timeoutSeconds of a backend; nullopt
    /// without it, for unknown Services and ports, and for ExternalName. "80" and "http" are one group when they mean
    /// the same port. Groups are never given away again: a Service that goes and returns finds its clients remembered.
    std::optional<routing::ClientIpAffinity> of(const ObjectStore& store, const k8s::ObjectName& service,
                                                std::string_view port, k8s::Protocol protocol);

private:
    using ServicePort = std::tuple<k8s::ObjectName, std::int32_t, k8s::Protocol>;
    std::map<ServicePort, std::uint32_t> groups_;
};

}  // namespace fairway::ingress
