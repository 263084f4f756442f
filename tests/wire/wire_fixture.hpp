// The real data plane on loopback, with a scripted client on one side and a scripted endpoint on the other.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "proxy/server.hpp"
#include "routing/snapshot.hpp"

namespace fairway::wire {

inline constexpr std::chrono::seconds kPatience{10};  // a test that waits longer has failed

/// A blocking TCP connection of a test, with a deadline on everything.
class Socket {
public:
    Socket() = default;
    explicit Socket(int fd);
    Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)), received_(std::move(other.received_)) {}
    Socket& operator=(Socket&& other) noexcept;
    ~Socket() { close(); }
    static Socket connect(std::uint16_t port);
    static Socket connect(const SocketAddress& address);
    static Socket connect(const SocketAddress& address, const IpAddress& source);

    void send(std::string_view bytes);
    /// Reads until what was received since the last take contains `mark`; gives everything up to its end.
    std::string read_until(std::string_view mark);
    std::string read_exactly(std::size_t bytes);
    /// Reads until the peer ends; "…[reset]" at the end when it broke off.
    std::string read_to_end();
    /// Head and body of a response with Content-Length, or of one without a body.
    std::string read_response();
    bool closed_by_peer();
    /// True when something, or the end, can be read within `limit`.
    bool wait_readable(std::chrono::milliseconds limit);
    /// Sends up to `bytes` bytes until the peer takes no more of them for a while; gives how many it took.
    std::size_t send_until_blocked(std::size_t bytes);
    void shutdown_write();
    void close();
    void reset();
    bool valid() const noexcept { return fd_ >= 0; }
    int fd() const noexcept { return fd_; }

private:
    bool fill();  // false: end or reset
    int fd_ = -1;
    std::string received_;
    bool was_reset_ = false;
};

/// Listens on a free loopback port; each test takes and scripts the connections it expects.
class Endpoint {
public:
    Endpoint();
    ~Endpoint();
    Endpoint(const Endpoint&) = delete;
    std::uint16_t port() const noexcept { return port_; }
    SocketAddress address() const;
    /// The next connection the proxy opens.
    Socket accept();
    /// True when nobody connected for a moment in which the proxy answered somebody: nothing is waited for.
    bool nobody_connected();

private:
    int fd_;
    std::uint16_t port_;
};

/// Builds the snapshot of one test: host rules with routes to endpoints.
class SnapshotBuilder {
public:
    SnapshotBuilder();
    /// Adds a route of `host` ("_": catch-all) for prefix `path` to the given endpoints.
    routing::Route& route(const std::string& host, const std::string& path, std::vector<SocketAddress> endpoints);
    routing::RoutePolicy& policy(routing::Route& route);
    routing::Backend& backend(routing::Route& route);
    /// Puts other endpoints behind a route of before.
    void endpoints(routing::Route& route, const std::vector<SocketAddress>& addresses);
    /// Takes a host and its routes away.
    void remove_host(const std::string& host);
    SnapshotBuilder& certificate(const std::string& host);  ///< marks the host as having one
    /// Adds a listener of Service default/`service` on `address`, with a backend of its own.
    routing::ServiceListener& listener(routing::Transport transport, const SocketAddress& address,
                                       const std::string& service, const std::vector<SocketAddress>& endpoints);
    void endpoints(const routing::ServiceListener& listener, const std::vector<SocketAddress>& addresses);
    void remove_listener(const SocketAddress& address);
    std::shared_ptr<const routing::Snapshot> build();

    routing::Settings settings;
    std::shared_ptr<const tls::ServerConfig> tls;  ///< null: one with the fake certificate alone

private:
    struct Host;
    std::shared_ptr<routing::Backend> new_backend(const std::string& service);
    void endpoints(routing::BackendId backend, const std::vector<SocketAddress>& addresses);

    std::vector<std::shared_ptr<Host>> hosts_;
    std::vector<std::unique_ptr<routing::ServiceListener>> listeners_;
    routing::EndpointTable endpoints_;
    routing::BackendId next_backend_ = 0;
    std::uint64_t generation_ = 0;
};

/// Endpoint, snapshot with a catch-all route to it, and a server with one worker.
class WireTest : public testing::Test {
protected:
    void start(unsigned workers = 1);
    void publish();
    Socket client() { return Socket::connect(server->http_port()); }

    Endpoint endpoint;
    SnapshotBuilder config;
    routing::Route* route = nullptr;
    std::unique_ptr<proxy::Server> server;

    WireTest() { route = &config.route("_", "/", {endpoint.address()}); }
};

/// Polls until `fact` holds, or the patience of a test is over.
bool eventually(const std::function<bool()>& fact);

}  // namespace fairway::wire
