// What an Ingress says about the backends that it refers to, and what holds for a backend that several refer to.
#pragma once

#include <optional>

#include "routing/backend.hpp"
#include "routing/policy/balancing.hpp"

namespace fairway::ingress {

/// Annotations load-balance, service-upstream, upstream-hash-by*, affinity, affinity-mode and session-cookie-*; the first
/// two have ConfigMap keys of the same name.
struct BackendSettings {
    routing::LoadBalance load_balance = routing::LoadBalance::round_robin;
    bool service_upstream = false;  ///< the Service's cluster address is the only endpoint
    std::optional<routing::UpstreamHash> hash;
    std::optional<routing::SessionCookie> session;

    bool operator==(const BackendSettings&) const = default;
};

}  // namespace fairway::ingress
