#include "fuzz/session_rig.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "base/assert.hpp"
#include "base/log.hpp"
#include "proxy/access_log/access_log.hpp"
#include "proxy/shared_tables.hpp"

namespace fairway::proxy {

namespace {

constexpr int kMaxTurns = 50'000;  // none of which waits
constexpr int kQuietTurns = 50;

/// Listens on a free loopback port for as long as the fuzzer runs.
struct Listener {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    std::uint16_t port = 0;

    Listener() {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const plain = reinterpret_cast<sockaddr*>(&address);
        FAIRWAY_ASSERT(bind(fd, plain, size) == 0 && listen(fd, 64) == 0 && getsockname(fd, plain, &size) == 0,
                       "a loopback port can be listened on");
        port = ntohs(address.sin_port);
    }
};

const Listener& listener() {
    static const Listener only;
    return only;
}

std::shared_ptr<const routing::Snapshot> make_snapshot(routing::UpstreamProtocol protocol) {
    auto settings = std::make_shared<routing::Settings>();
    settings->access_log.enabled = false;
    auto policy = std::make_shared<routing::RoutePolicy>();
    policy->protocol = protocol;
    auto route = std::make_shared<routing::Route>();
    route->path = "/";
    route->policy = std::move(policy);
    route->backend = std::make_shared<routing::Backend>();
    auto endpoints = std::make_shared<routing::EndpointSet>();
    endpoints->endpoints.push_back({{*IpAddress::parse("127.0.0.1"), listener().port}, ""});
    auto table = std::make_shared<routing::EndpointTable>();
    table->replace(0, std::move(endpoints));
    auto snapshot = std::make_shared<routing::Snapshot>();
    snapshot->generation = 1;
    snapshot->routes = std::make_shared<routing::RouteTable>();
    snapshot->endpoints = std::move(table);
    snapshot->settings = std::move(settings);
    snapshot->services = std::make_shared<routing::ServiceListeners>();
    snapshot->default_route = std::move(route);
    return snapshot;
}

AccessLog& access_log() {
    static AccessLog only;
    return only;
}

SharedTables& shared_tables() {
    static SharedTables only({1, 2}, io::Clock::now());
    return only;
}

}  // namespace

void send_to(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent <= 0) return;  // full, or nobody wants it: what fits is enough
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

SessionRig::SessionRig(routing::UpstreamProtocol protocol, std::function<void(EndpointConnection&)> endpoint)
    : endpoint_(std::move(endpoint)), worker_(1, access_log(), shared_tables()) {
    static std::array<std::shared_ptr<const routing::Snapshot>, 8> snapshots;
    auto& snapshot = snapshots[static_cast<std::size_t>(protocol)];
    if (!snapshot) snapshot = make_snapshot(protocol);
    log::configure(log::Level::error, log::Format::text);
    worker_.snapshot = SnapshotRef(snapshot);
    worker_.log.use(access_log().formats());
    worker_.metrics.use_table(snapshot->routes);

    std::array<int, 2> ends;
    FAIRWAY_ASSERT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0,
                   "a socket pair can be made");
    client_fd_ = ends[1];
    session_ = std::make_unique<DownstreamSession>(worker_, ends[0], ConnectionFacts{},
                                                   [this](DownstreamSession&) { over_ = true; });
    session_->start();
}

// Connections end by a reset, from our side: a million of them must leave no port in TIME_WAIT.
SessionRig::~SessionRig() {
    const linger hard{1, 0};
    for (const EndpointConnection& connection : connections_) {
        setsockopt(connection.fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        close(connection.fd);
    }
    close(client_fd_);
}

void SessionRig::client_sends(std::string_view bytes) { send_to(client_fd_, bytes); }
void SessionRig::client_ends() { shutdown(client_fd_, SHUT_WR); }

void SessionRig::run() {
    int turns = 0;
    int quiet_since = 0;
    std::size_t moved_before = 0;
    worker_.reactor.run([&](io::TimePoint) {
        worker_.http2_pool.end_sessions();
        worker_.flush_output();
        worker_.http2_pool.end_sessions();
        serve_endpoint();
        serve_client();
        if (over_) worker_.reactor.stop();
        if (moved_ != std::exchange(moved_before, moved_)) quiet_since = turns;
        if (ends_when_quiet_ && turns - quiet_since > kQuietTurns) client_ends();
        FAIRWAY_ASSERT(++turns < kMaxTurns, "a session ends when both of its peers have ended");
        return std::chrono::milliseconds(0);
    });
}

void SessionRig::serve_endpoint() {
    for (int fd; (fd = accept4(listener().fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
        connections_.push_back({.fd = fd});
        endpoint_(connections_.back());
    }
    std::array<char, 16384> buffer;
    for (EndpointConnection& connection : connections_) {
        const ssize_t got = recv(connection.fd, buffer.data(), buffer.size(), 0);
        if (got <= 0) continue;
        connection.received.append(buffer.data(), static_cast<std::size_t>(got));
        moved_ += static_cast<std::size_t>(got);
        endpoint_(connection);
    }
}

// What the session sends is read at once, so that it never waits for us; when it ends, so does the client.
void SessionRig::serve_client() {
    std::array<char, 16384> buffer;
    ssize_t got = 0;
    while ((got = recv(client_fd_, buffer.data(), buffer.size(), 0)) > 0) {
        client_received_.append(buffer.data(), static_cast<std::size_t>(got));
        moved_ += static_cast<std::size_t>(got);
    }
    if (got == 0) client_ends();
}

}  // namespace fairway::proxy
