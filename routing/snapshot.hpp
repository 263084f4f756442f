// Snapshot: the whole configuration of the data plane at one moment. The only thing ingress/ hands to proxy/.
#pragma once

#include <cstdint>
#include <memory>

#include "routing/passthrough.hpp"
#include "routing/route_table.hpp"
#include "routing/service_listener.hpp"
#include "routing/settings.hpp"

namespace fairway::tls {
class ServerConfig;  // tls/server_config.hpp
}

namespace fairway::routing {

/// Immutable and replaced whole; parts that did not change are shared with the one before. A request keeps the
/// snapshot it started with until it ends. No member is null, but `passthrough`.
struct Snapshot {
    std::uint64_t generation = 0;  ///< 1 for the first
    std::shared_ptr<const RouteTable> routes;
    std::shared_ptr<const EndpointTable> endpoints;
    std::shared_ptr<const Settings> settings;
    std::shared_ptr<const ServiceListeners> services;
    std::shared_ptr<const tls::ServerConfig> tls;
    std::shared_ptr<const PassthroughTable> passthrough;  ///< null: no host has it, and no connection is looked into
    /// What answers unknown hosts and unmatched paths: --default-backend-service, or a route without backend (404).
    std::shared_ptr<const Route> default_route;
};

}  // namespace fairway::routing
