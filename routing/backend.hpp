// Backends and their endpoints: what a route points at.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ip_address.hpp"
#include "routing/part.hpp"
#include "routing/policy/upstream_protocol.hpp"

namespace fairway::routing {

struct Balancing;  // policy/balancing.hpp

/// Index of a backend in EndpointTable; stays the same for a backend while the process lives, so workers may keep
/// balancing state under it.
using BackendId = std::uint32_t;

/// ingress-nginx annotation and ConfigMap key `load-balance`.
enum class LoadBalance : std::uint8_t { round_robin, ewma };

/// Service spec.sessionAffinity ClientIP: requests and connections of one client address keep their endpoint.
struct ClientIpAffinity {
    std::uint32_t group = 0;              ///< the Service port: backends with the same group share what is remembered
    std::chrono::seconds timeout{10800};  ///< after the last use; spec.sessionAffinityConfig.clientIP.timeoutSeconds

    bool operator==(const ClientIpAffinity&) const = default;
};

/// A Service port as the target of routes: ingress-nginx calls it an upstream.
struct Backend {
    BackendId id = 0;
    std::string name;  ///< "<namespace>-<service>-<port>": $proxy_upstream_name
    std::string service_namespace;
    std::string service;
    std::string port;  ///< as the Ingress writes it: number or name
    LoadBalance load_balance = LoadBalance::round_robin;
    std::optional<ClientIpAffinity> client_ip_affinity;
    Part<Balancing> balancing;  ///< annotations affinity, session-cookie-*, upstream-hash-by*; go before all of these
    /// The global default backend: spoken to in plain HTTP/1.1, whatever annotations and appProtocol say.
    bool always_http = false;
};

/// One ready address of a backend.
struct Endpoint {
    SocketAddress address;
    std::string target;  ///< what stands behind it, for people: Pod name, or empty
};

/// The ready endpoints of one backend at one moment, without duplicates, sorted by address.
struct EndpointSet {
    std::vector<Endpoint> endpoints;
    UpstreamProtocol protocol = UpstreamProtocol::http;  ///< appProtocol of the Service port; never auto_http
};

/// Endpoint sets by BackendId; a null or missing entry is an empty set. An endpoint change copies this table of
/// pointers and replaces one of them: nothing is recompiled.
class EndpointTable {
public:
    /// Never null: an empty set when the backend has no ready endpoint.
    const EndpointSet& of(BackendId id) const noexcept {
        static const EndpointSet empty;
        return id < sets_.size() && sets_[id] ? *sets_[id] : empty;
    }
    void replace(BackendId id, std::shared_ptr<const EndpointSet> set) {
        if (id >= sets_.size()) sets_.resize(id + 1);
        sets_[id] = std::move(set);
    }

private:
    std::vector<std::shared_ptr<const EndpointSet>> sets_;
};

}  // namespace fairway::routing
