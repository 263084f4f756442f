// Service listeners: ports whose connections or datagrams go to a backend as they are, without HTTP (layer 4).
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/ip_address.hpp"
#include "routing/backend.hpp"

namespace fairway::routing {

enum class Transport : std::uint8_t { tcp, udp };

/// What a listener is for, for people: the object and field that ask for it.
struct ListenerOwner {
    std::string kind;  ///< "Service" or "ConfigMap"
    std::string object_namespace;
    std::string object;
    std::string field;  ///< "spec.ports[0].nodePort", "data.9000"
    std::string where;  ///< "file:line:column" or empty in a cluster

    bool operator==(const ListenerOwner&) const = default;
};

/// ConfigMap keys proxy-stream-timeout, proxy-stream-next-upstream, -tries, -timeout, proxy-stream-responses.
struct StreamPolicy {
    static constexpr std::uint32_t kUnlimited = UINT32_MAX;

    std::chrono::seconds idle_timeout{600};   ///< both directions silent
    std::chrono::seconds connect_timeout{5};  ///< of one try
    bool next_endpoint = true;                ///< try another endpoint when one cannot be reached
    std::uint32_t tries = 3;                  ///< attempts in all; 0 = as many as there are endpoints
    std::chrono::seconds next_timeout{600};   ///< for all attempts together; 0 = no limit
    /// Datagrams that answer one; the session of a client then ends. 0: none is awaited nor passed on. kUnlimited: the
    /// session lasts until it is idle.
    std::uint32_t udp_responses = 1;

    bool operator==(const StreamPolicy&) const = default;
};

struct ServiceListener {
    Transport transport = Transport::tcp;
    SocketAddress address;                       ///< port never 0; "0.0.0.0" and "::" mean every address of that family
    std::shared_ptr<const Backend> backend;      ///< never null
    std::shared_ptr<const StreamPolicy> policy;  ///< never null
    bool accept_proxy_protocol = false;          ///< connections begin with a PROXY header, v1 or v2 (TCP)
    bool send_proxy_protocol = false;            ///< a PROXY v1 header goes to the endpoint first (TCP)
    ListenerOwner owner;
};

/// Sorted by transport and address, without repetition. A new list replaces the old one: listeners that both have stay
/// open, and connections through any of them go on.
struct ServiceListeners {
    std::vector<ServiceListener> listeners;
};

/// A listener whose address could not be taken, for its owner's diagnostics.
struct ListenerProblem {
    ListenerOwner owner;
    Transport transport = Transport::tcp;
    SocketAddress address;
    std::string reason;  ///< the system's words: "Address already in use"
    std::string advice;  ///< what to do about it; may be empty

    bool operator==(const ListenerProblem&) const = default;
};

}  // namespace fairway::routing
