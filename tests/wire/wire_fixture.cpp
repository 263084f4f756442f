#include "wire/wire_fixture.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "proxy/io/socket_address.hpp"
#include "tls/certificate.hpp"
#include "tls/certificate_store.hpp"
#include "tls/server_config.hpp"

namespace fairway::wire {

namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

bool wait_for(int fd, short events, std::chrono::milliseconds limit = kPatience) {
    pollfd entry{fd, events, 0};
    return poll(&entry, 1, static_cast<int>(limit.count())) == 1;
}

}  // namespace

Socket::Socket(int fd) : fd_(fd) {
    const int on = 1;  // what a test sends in two pieces arrives in two
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Socket& Socket::operator=(Socket&& other) noexcept {
    close();
    fd_ = std::exchange(other.fd_, -1);
    received_ = std::move(other.received_);
    was_reset_ = other.was_reset_;
    return *this;
}

Socket Socket::connect(std::uint16_t port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port);
    EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0) << std::strerror(errno);
    return Socket(fd);
}

Socket Socket::connect(const SocketAddress& address) {
    IpAddress any;
    any.v6 = address.ip.v6;
    return connect(address, any);
}

Socket Socket::connect(const SocketAddress& address, const IpAddress& source) {
    const proxy::io::RawSocketAddress raw(address);
    const proxy::io::RawSocketAddress from(SocketAddress{source, 0});
    const int fd = socket(raw.family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(bind(fd, from.get(), from.size()), 0) << std::strerror(errno);
    EXPECT_EQ(::connect(fd, raw.get(), raw.size()), 0) << address.to_string() << ": " << std::strerror(errno);
    return Socket(fd);
}

void Socket::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;  // the peer is gone: what it received is what the test looks at
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

bool Socket::fill() {
    if (!wait_for(fd_, POLLIN)) {
        ADD_FAILURE() << "nothing received in time; so far: " << received_;
        return false;
    }
    char buffer[65536];
    const auto got = recv(fd_, buffer, sizeof buffer, 0);
    if (got < 0) was_reset_ = true;
    if (got <= 0) return false;
    received_.append(buffer, static_cast<std::size_t>(got));
    return true;
}

std::string Socket::read_until(std::string_view mark) {
    std::size_t found;
    while ((found = received_.find(mark)) == std::string::npos)
        if (!fill()) return std::exchange(received_, {});
    const auto end = found + mark.size();
    std::string text = received_.substr(0, end);
    received_.erase(0, end);
    return text;
}

std::string Socket::read_exactly(std::size_t bytes) {
    while (received_.size() < bytes)
        if (!fill()) return std::exchange(received_, {});
    std::string text = received_.substr(0, bytes);
    received_.erase(0, bytes);
    return text;
}

std::string Socket::read_to_end() {
    while (fill()) {
    }
    return std::exchange(received_, {}) + (was_reset_ ? "[reset]" : "");
}

std::string Socket::read_response() {
    std::string text = read_until("\r\n\r\n");
    const std::string_view key = "Content-Length: ";
    const auto at = text.find(key);
    if (at != std::string::npos) text += read_exactly(std::stoul(text.substr(at + key.size())));
    return text;
}

bool Socket::closed_by_peer() {
    while (fill()) {
    }
    return received_.empty();
}

bool Socket::wait_readable(std::chrono::milliseconds limit) {
    return !received_.empty() || wait_for(fd_, POLLIN, limit);
}

std::size_t Socket::send_until_blocked(std::size_t bytes) {
    constexpr std::chrono::milliseconds kBlocked{300};
    const std::string block(64 * 1024, 'x');
    std::size_t total = 0;
    while (total < bytes && wait_for(fd_, POLLOUT, kBlocked)) {
        const auto sent = ::send(fd_, block.data(), std::min(block.size(), bytes - total), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0) break;
        total += static_cast<std::size_t>(sent);
    }
    return total;
}

void Socket::shutdown_write() { ::shutdown(fd_, SHUT_WR); }

void Socket::close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void Socket::reset() {
    const linger hard{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close();
}

Endpoint::Endpoint() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = loopback(0);
    EXPECT_EQ(bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(fd_, 64), 0);
    socklen_t size = sizeof address;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
}

Endpoint::~Endpoint() { ::close(fd_); }

SocketAddress Endpoint::address() const { return {*IpAddress::parse("127.0.0.1"), port_}; }

Socket Endpoint::accept() {
    if (!wait_for(fd_, POLLIN)) {
        ADD_FAILURE() << "the proxy did not connect";
        return {};
    }
    return Socket(::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC));
}

bool Endpoint::nobody_connected() {
    pollfd entry{fd_, POLLIN, 0};
    return poll(&entry, 1, 0) == 0;
}

struct SnapshotBuilder::Host {
    std::string name;
    bool has_certificate = false;
    std::vector<std::unique_ptr<routing::Route>> routes;
    std::vector<std::unique_ptr<routing::RoutePolicy>> policies;
};

SnapshotBuilder::SnapshotBuilder() {
    settings.access_log.enabled = false;
    settings.forwarded.trusted_proxies = {*IpNetwork::parse("0.0.0.0/0")};
}

routing::Route& SnapshotBuilder::route(const std::string& host, const std::string& path,
                                       std::vector<SocketAddress> endpoints) {
    std::shared_ptr<Host> entry;
    for (const auto& known : hosts_)
        if (known->name == host) entry = known;
    if (!entry) {
        entry = std::make_shared<Host>();
        entry->name = host;
        hosts_.push_back(entry);
    }
    auto added = std::make_unique<routing::Route>();
    added->path = path;
    added->owner = std::make_shared<routing::RouteOwner>(routing::RouteOwner{"default", "web", "test"});
    added->backend = new_backend("app" + std::to_string(next_backend_));
    added->policy = std::make_shared<routing::RoutePolicy>();
    entry->routes.push_back(std::move(added));
    this->endpoints(*entry->routes.back(), endpoints);
    return *entry->routes.back();
}

// Before the snapshot is built the policy is the builder's alone.
routing::RoutePolicy& SnapshotBuilder::policy(routing::Route& route) {
    return const_cast<routing::RoutePolicy&>(*route.policy);
}

routing::Backend& SnapshotBuilder::backend(routing::Route& route) {
    return const_cast<routing::Backend&>(*route.backend);
}

void SnapshotBuilder::endpoints(routing::Route& route, const std::vector<SocketAddress>& addresses) {
    endpoints(route.backend->id, addresses);
}

void SnapshotBuilder::endpoints(const routing::ServiceListener& listener, const std::vector<SocketAddress>& addresses) {
    endpoints(listener.backend->id, addresses);
}

void SnapshotBuilder::endpoints(routing::BackendId backend, const std::vector<SocketAddress>& addresses) {
    auto set = std::make_shared<routing::EndpointSet>();
    for (const auto& address : addresses) set->endpoints.push_back({address, ""});
    std::ranges::sort(set->endpoints, {}, &routing::Endpoint::address);
    endpoints_.replace(backend, std::move(set));
}

std::shared_ptr<routing::Backend> SnapshotBuilder::new_backend(const std::string& service) {
    auto backend = std::make_shared<routing::Backend>();
    backend->id = next_backend_++;
    backend->service_namespace = "default";
    backend->service = service;
    backend->port = "80";
    backend->name = "default-" + backend->service + "-80";
    return backend;
}

routing::ServiceListener& SnapshotBuilder::listener(routing::Transport transport, const SocketAddress& address,
                                                    const std::string& service,
                                                    const std::vector<SocketAddress>& endpoints) {
    routing::ServiceListener added;
    added.transport = transport;
    added.address = address;
    added.backend = new_backend(service);
    added.policy = std::make_shared<routing::StreamPolicy>();
    added.owner = {"Service", "default", service, "spec.ports[0].nodePort", "test.yaml:1:1"};
    this->endpoints(added, endpoints);
    listeners_.push_back(std::make_unique<routing::ServiceListener>(std::move(added)));
    return *listeners_.back();
}

void SnapshotBuilder::remove_listener(const SocketAddress& address) {
    std::erase_if(listeners_, [&](const auto& listener) { return listener->address == address; });
}

void SnapshotBuilder::remove_host(const std::string& host) {
    std::erase_if(hosts_, [&](const auto& known) { return known->name == host; });
}

SnapshotBuilder& SnapshotBuilder::certificate(const std::string& host) {
    for (const auto& known : hosts_)
        if (known->name == host) known->has_certificate = true;
    return *this;
}

std::shared_ptr<const routing::Snapshot> SnapshotBuilder::build() {
    static const auto tls_config =
        *tls::ServerConfig::create({}, std::make_shared<tls::CertificateStore>(tls::Certificate::make_fake()), nullptr);
    auto table = std::make_shared<routing::RouteTable>();
    for (const auto& host : hosts_) {
        std::vector<routing::Route> routes;
        for (const auto& one : host->routes) {
            routes.push_back(*one);
            routes.back().policy = std::make_shared<routing::RoutePolicy>(*one->policy);
        }
        table->replace_host(host->name,
                            std::make_shared<routing::HostRules>(
                                routing::HostRules::Options{host->name, host->has_certificate}, std::move(routes)));
    }
    auto fallback = std::make_shared<routing::Route>();
    fallback->path = "/";
    fallback->policy = std::make_shared<routing::RoutePolicy>();

    auto snapshot = std::make_shared<routing::Snapshot>();
    auto services = std::make_shared<routing::ServiceListeners>();
    for (const auto& listener : listeners_) services->listeners.push_back(*listener);
    std::ranges::sort(services->listeners, {}, [](const auto& one) { return std::pair(one.transport, one.address); });
    snapshot->services = std::move(services);
    snapshot->generation = ++generation_;
    snapshot->routes = std::move(table);
    snapshot->endpoints = std::make_shared<routing::EndpointTable>(endpoints_);
    snapshot->settings = std::make_shared<routing::Settings>(settings);
    snapshot->tls = tls ? tls : tls_config;
    snapshot->default_route = std::move(fallback);
    return snapshot;
}

void WireTest::start(unsigned workers) {
    proxy::ServerOptions options;
    options.workers = workers;
    options.bind_addresses = {*IpAddress::parse("127.0.0.1")};
    options.http_port = 0;
    options.https_port = 0;
    server = std::make_unique<proxy::Server>(options);
    publish();
}

void WireTest::publish() {
    const auto snapshot = config.build();
    server->publish(snapshot);
    ASSERT_TRUE(server->wait_for(snapshot->generation, kPatience));
}

bool eventually(const std::function<bool()>& fact) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!fact()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

}  // namespace fairway::wire
