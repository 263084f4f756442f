// A worker between a client on a socket pair and an endpoint on loopback, all on one thread: what the fuzzers of sessions
// have in common.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/downstream_session.hpp"
#include "routing/policy/upstream_protocol.hpp"

namespace fairway::proxy {

/// The endpoint's end of a connection that the proxy opened.
struct EndpointConnection {
    int fd = -1;
    std::string received;     ///< all that the proxy sent
    std::size_t handled = 0;  ///< of that; for the endpoint's own use
    std::size_t heads = 0;    ///< requests in it; likewise
};

class SessionRig {
public:
    /// @param endpoint  is called for a new connection, and when more has come on one.
    SessionRig(routing::UpstreamProtocol protocol, std::function<void(EndpointConnection&)> endpoint);
    ~SessionRig();
    SessionRig(const SessionRig&) = delete;

    /// As much as the socket takes at once.
    void client_sends(std::string_view bytes);
    void client_ends();
    /// The client ends when it has had all its answers: nothing has moved for a while.
    void client_ends_when_quiet() noexcept { ends_when_quiet_ = true; }
    /// Until the session is over; it must end once the client has ended, or has seen it end.
    void run();

    const std::string& client_received() const noexcept { return client_received_; }
    const std::list<EndpointConnection>& connections() const noexcept { return connections_; }
    /// Requests that the session has begun to serve.
    std::uint64_t requests() const noexcept { return worker_.counters.requests; }

private:
    void serve_endpoint();
    void serve_client();

    std::function<void(EndpointConnection&)> endpoint_;
    std::list<EndpointConnection> connections_;
    std::string client_received_;
    int client_fd_ = -1;
    bool over_ = false;
    bool ends_when_quiet_ = false;
    std::size_t moved_ = 0;  ///< bytes that have come out of the proxy
    WorkerContext worker_;
    std::unique_ptr<DownstreamSession> session_;
};

/// Sends what the socket takes.
void send_to(int fd, std::string_view bytes);

}  // namespace fairway::proxy
