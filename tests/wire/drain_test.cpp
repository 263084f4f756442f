// Shutting down: drain, stop accepting, wait, cut what is left.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "proxy/io/socket_address.hpp"
#include "wire/tls_client.hpp"

namespace fairway::wire {
namespace {

constexpr const char* kGet = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

class Drain : public WireTest {
protected:
    /// One exchange over `upstream`, which is accepted first when there is none.
    std::string exchange(Socket& client) {
        client.send(kGet);
        if (!upstream_.valid()) upstream_ = endpoint.accept();
        upstream_.read_until("\r\n\r\n");
        upstream_.send(kOk);
        return client.read_response();
    }
    bool all_closed() {
        return eventually([&] { return server->open_connections() == 0; });
    }
    Socket upstream_;
};

bool says_close(const std::string& response) { return response.find("\r\nConnection: close\r\n") != std::string::npos; }

TEST_F(Drain, IdleConnectionsAreToldToCloseByTheirNextResponse) {
    start();
    auto client = this->client();
    EXPECT_FALSE(says_close(exchange(client)));
    server->start_drain();
    EXPECT_TRUE(says_close(exchange(client)));
    EXPECT_EQ(client.read_to_end(), "");
    EXPECT_TRUE(all_closed());
}

TEST_F(Drain, ClosesIdleConnectionsWithItsListeners) {
    start();
    auto client = this->client();
    EXPECT_FALSE(says_close(exchange(client)));
    TlsClient tls(server->https_port());
    tls.send(kGet);
    upstream_.read_until("\r\n\r\n");
    upstream_.send(kOk);
    tls.read_response();
    server->start_drain();
    server->stop_accepting();
    EXPECT_EQ(client.read_to_end(), "");
    EXPECT_EQ(tls.read_to_end(), "");
    EXPECT_TRUE(all_closed());
}

TEST_F(Drain, CompletesWhatRunsAndSaysClose) {
    start();
    auto client = this->client();
    client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
    auto upstream = endpoint.accept();
    upstream.read_until("\nabc");
    auto relayed = this->client();
    relayed.send(kGet);
    auto relaying = endpoint.accept();
    relaying.read_until("\r\n\r\n");
    relaying.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc");
    EXPECT_FALSE(says_close(relayed.read_until("abc")));

    server->start_drain();
    server->stop_accepting();
    client.send("def");
    EXPECT_EQ(upstream.read_exactly(3), "def");
    upstream.send(kOk);
    const auto response = client.read_response();
    EXPECT_TRUE(says_close(response) && response.ends_with("\r\n\r\nok")) << response;
    EXPECT_EQ(client.read_to_end(), "");
    relaying.send("def");
    EXPECT_EQ(relayed.read_exactly(3), "def");
    EXPECT_EQ(relayed.read_to_end(), "");
    client.close();
    relayed.close();
    EXPECT_TRUE(all_closed());
}

TEST_F(Drain, PipelinedRequestsBehindTheRunningOneAreNotLostSilently) {
    start();
    auto client = this->client();
    client.send(std::string(kGet) + kGet);
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    server->start_drain();
    EXPECT_TRUE(server->wait_for(1, kPatience));
    upstream.send(kOk);
    EXPECT_TRUE(says_close(client.read_response()))
        << "RFC 9112 section 9.3.2: the client repeats the second one elsewhere";
    EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(Drain, GoesOnAcceptingUntilTold) {
    start();
    server->start_drain();
    for (int i = 0; i < 3; ++i) {
        auto client = this->client();
        const auto response = exchange(client);
        EXPECT_TRUE(says_close(response) && response.ends_with("ok")) << response;
        EXPECT_EQ(client.read_to_end(), "");
    }
    server->stop_accepting();
    ASSERT_TRUE(all_closed());
    EXPECT_TRUE(eventually([&] {
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(server->http_port());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const bool refused = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0;
        ::close(fd);
        return refused;
    }));
}

TEST_F(Drain, ServesWhatTheKernelHadQueued) {
    start();
    // The worker is busy when the connections come, and is told to stop accepting before it sees them.
    std::vector<Socket> clients;
    for (int i = 0; i < 5; ++i) {
        clients.push_back(this->client());
        clients.back().send(kGet);
    }
    server->start_drain();
    server->stop_accepting();
    for (auto& client : clients) {
        auto upstream = endpoint.accept();
        upstream.read_until("\r\n\r\n");
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
        static_cast<void>(client);
    }
    for (auto& client : clients) EXPECT_TRUE(client.read_response().ends_with("ok"));
    clients.clear();
    EXPECT_TRUE(all_closed());
}

TEST_F(Drain, TunnelLivesUntilItEnds) {
    start();
    auto client = this->client();
    client.send("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    upstream.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    client.read_until("\r\n\r\n");
    server->start_drain();
    server->stop_accepting();
    client.send("ping");
    EXPECT_EQ(upstream.read_exactly(4), "ping");
    EXPECT_EQ(server->open_connections(), 1u);
    upstream.close();
    EXPECT_EQ(client.read_to_end(), "");
    client.close();
    EXPECT_TRUE(all_closed());
}

// A handshake that ends after its listener has would be reset: so none begins shortly before.
TEST_F(Drain, ClientsThatBeginToConnectAreIgnoredBeforeTheListenersClose) {
    start();
    auto before = this->client();
    server->ignore_new_clients();
    server->metrics();  // every worker has done it
    const int late = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const proxy::io::RawSocketAddress raw({*IpAddress::parse("127.0.0.1"), server->http_port()});
    EXPECT_NE(::connect(late, raw.get(), raw.size()), 0);
    EXPECT_EQ(errno, EINPROGRESS);
    pollfd answer{late, POLLOUT, 0};
    EXPECT_EQ(::poll(&answer, 1, 200), 0) << "neither let in nor refused";
    ::close(late);
    before.send("GET /../.. HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(before.read_response().starts_with("HTTP/1.1 400 ")) << "who was in is served";
}

TEST_F(Drain, StopNowCutsEveryState) {
    start();
    auto handshake = Socket::connect(server->https_port());
    handshake.send("\x16\x03");
    auto fresh = this->client();
    auto head = this->client();
    head.send("GET / HTTP/1.1\r\nHo");
    auto upload = this->client();
    upload.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
    auto uploading = endpoint.accept();
    uploading.read_until("\nabc");
    auto waiting = this->client();
    waiting.send(kGet);
    auto silent = endpoint.accept();
    silent.read_until("\r\n\r\n");
    auto relayed = this->client();
    relayed.send(kGet);
    auto relaying = endpoint.accept();
    relaying.read_until("\r\n\r\n");
    relaying.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc");
    relayed.read_until("abc");
    auto websocket = this->client();
    websocket.send("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    auto tunnel = endpoint.accept();
    tunnel.read_until("\r\n\r\n");
    tunnel.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    websocket.read_until("\r\n\r\n");
    auto stuffed = this->client();  // does not read its response
    stuffed.send(kGet);
    auto stuffing = endpoint.accept();
    stuffing.read_until("\r\n\r\n");
    std::thread stuffer(
        [&] { stuffing.send("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + std::string(30'000'000, 'x')); });
    auto lingering = this->client();
    lingering.send("nonsense\r\n\r\n");
    EXPECT_TRUE(lingering.read_response().starts_with("HTTP/1.1 400 "));
    auto idle = this->client();
    idle.send("GET /../.. HTTP/1.1\r\nHost: a\r\n\r\n");
    idle.read_response();
    EXPECT_TRUE(eventually([&] { return server->open_connections() >= 9; }));

    server->stop_now();
    stuffer.join();
    EXPECT_EQ(server->open_connections(), 0u);
    const std::pair<const char*, Socket*> all[] = {
        {"handshake", &handshake}, {"fresh", &fresh},     {"head", &head},           {"upload", &upload},
        {"waiting", &waiting},     {"relayed", &relayed}, {"websocket", &websocket}, {"idle", &idle},
        {"uploading", &uploading}, {"silent", &silent},   {"relaying", &relaying},   {"tunnel", &tunnel}};
    for (const auto& [name, one] : all) EXPECT_TRUE(one->closed_by_peer()) << name;
    const auto counters = server->metrics().connections;
    EXPECT_EQ(counters.reading + counters.writing + counters.waiting, 0u);
    server->publish(config.build());
    server->stop_now();
}

}  // namespace
}  // namespace fairway::wire
