// Service listeners on loopback addresses of this process's own.
#pragma once

#include "wire/wire_fixture.hpp"

namespace fairway::wire {

/// An address of 127.0.0.0/8 that no other test process uses, and a port that is free on it.
SocketAddress free_address(routing::Transport transport = routing::Transport::tcp);

/// A TCP port that is free on every address.
std::uint16_t free_port();

/// True when nothing listens on `address`.
bool refuses(const SocketAddress& address);

class ServiceListenerTest : public WireTest {
protected:
    /// Adds a TCP listener to `config` that leads to `endpoint`, unless told otherwise.
    routing::ServiceListener& add(const std::string& service, std::vector<SocketAddress> endpoints);
    routing::ServiceListener& add(const std::string& service = "echo") { return add(service, {endpoint.address()}); }
    /// What the listener does from the next publish() on.
    static routing::StreamPolicy& policy(const routing::ServiceListener& listener) {
        return const_cast<routing::StreamPolicy&>(*listener.policy);
    }
    bool drained() {
        return eventually([&] { return server->open_connections() == 0; });
    }
    proxy::StreamCounters counters(const SocketAddress& address) const;
};

}  // namespace fairway::wire
