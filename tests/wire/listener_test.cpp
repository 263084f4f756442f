// Accepting: which port, what when it is taken, many at once, and none left to give.
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "wire/wire_fixture.hpp"

#if defined(__SANITIZE_THREAD__)
constexpr const char* kNoChildServer = "ThreadSanitizer allows no new threads after fork()";
#elif defined(__SANITIZE_ADDRESS__)
constexpr const char* kNoChildServer = "UBSan asks pipe(2) which memory it may read, and takes EMFILE for a bad object";
#else
constexpr const char* kNoChildServer = nullptr;
#endif

namespace fairway::wire {
namespace {

constexpr const char* kGet = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

class ListenerTest : public WireTest {
protected:
    proxy::ServerOptions options(std::uint16_t http_port = 0) {
        proxy::ServerOptions chosen;
        chosen.bind_addresses = {*IpAddress::parse("127.0.0.1")};
        chosen.http_port = http_port;
        chosen.https_port = 0;
        return chosen;
    }
};

TEST_F(ListenerTest, SaysWhichPortIsTaken) {
    try {
        const proxy::Server second(options(endpoint.port()));
        FAIL() << "the port is taken";
    } catch (const std::runtime_error& error) {
        EXPECT_EQ(error.what(),
                  "cannot listen on 127.0.0.1:" + std::to_string(endpoint.port()) +
                      ": Address already in use; another process uses the port: stop it or choose another port");
    }
}

TEST_F(ListenerTest, SecondServerDoesNotShareThePortUnseen) {
    start(2);
    EXPECT_THROW(const proxy::Server second(options(server->http_port())), std::runtime_error);
}

TEST_F(ListenerTest, FreePortIsTheSameForAllWorkers) {
    start(4);
    EXPECT_NE(server->http_port(), 0);
    EXPECT_NE(server->https_port(), 0);
    EXPECT_NE(server->http_port(), server->https_port());
    for (int i = 0; i < 16; ++i) {
        auto client = this->client();
        client.send(kGet);
        auto upstream = endpoint.accept();
        upstream.read_until("\r\n\r\n");
        upstream.send(kOk);
        EXPECT_TRUE(client.read_response().ends_with("ok"));
    }
}

TEST_F(ListenerTest, ServerThatNeverServedGivesItsPortBack) {
    std::uint16_t port = 0;
    {
        const proxy::Server unused(options());
        port = unused.http_port();
    }
    const proxy::Server again(options(port));
    EXPECT_EQ(again.http_port(), port);
}

TEST_F(ListenerTest, AcceptsWhatCameBeforeTheFirstSnapshot) {
    constexpr int kClients = 500;
    server = std::make_unique<proxy::Server>(options());
    std::vector<Socket> clients;
    for (int i = 0; i < kClients; ++i) clients.push_back(this->client());
    EXPECT_EQ(server->metrics().connections.accepted, 0u);
    publish();
    EXPECT_TRUE(eventually([&] { return server->metrics().connections.active == kClients; }));
    for (auto& one : clients) one.close();
    EXPECT_TRUE(eventually([&] { return server->open_connections() == 0; }));
}

TEST_F(ListenerTest, ListensOnIpv6) {
    auto both = options();
    both.bind_addresses.clear();
    try {
        server = std::make_unique<proxy::Server>(both);
    } catch (const std::runtime_error& error) {
        GTEST_SKIP() << error.what();  // somebody has the IPv6 port that goes with the free IPv4 one
    }
    publish();
    const int fd = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(server->http_port());
    address.sin6_addr = in6addr_loopback;
    Socket client(fd);
    if (fd < 0 || connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        GTEST_SKIP() << "no IPv6 here";
    client.send(kGet);
    auto upstream = endpoint.accept();
    const auto request = upstream.read_until("\r\n\r\n");
    EXPECT_NE(request.find("\r\nX-Real-IP: ::1\r\n"), std::string::npos) << request;
    upstream.send(kOk);
    EXPECT_TRUE(client.read_response().ends_with("ok"));
}

/// A server in a process of its own, which may have few descriptors.
class ChildServer {
public:
    ChildServer(const proxy::ServerOptions& options, SnapshotBuilder& config, rlim_t max_descriptors) {
        int report[2];
        EXPECT_EQ(pipe(report), 0);
        pid_ = fork();
        if (pid_ == 0) {
            const rlimit limit{max_descriptors, max_descriptors};
            setrlimit(RLIMIT_NOFILE, &limit);
            proxy::Server server(options);
            server.publish(config.build());
            const std::uint16_t port = server.http_port();
            if (write(report[1], &port, sizeof port) != static_cast<ssize_t>(sizeof port)) _exit(1);
            for (;;) pause();
        }
        EXPECT_EQ(read(report[0], &port_, sizeof port_), static_cast<ssize_t>(sizeof port_));
        close(report[0]);
        close(report[1]);
    }
    ~ChildServer() {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    std::uint16_t port() const { return port_; }
    bool alive() const { return waitpid(pid_, nullptr, WNOHANG) == 0; }
    /// Clock ticks (1/100 s) of CPU used so far.
    long cpu_ticks() const {
        std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
        std::string text((std::istreambuf_iterator<char>(file)), {});
        std::istringstream fields(text.substr(text.rfind(')') + 2));
        std::string skipped;
        for (int i = 3; i < 14; ++i) fields >> skipped;
        long user = 0;
        long system = 0;
        fields >> user >> system;
        return user + system;
    }

private:
    pid_t pid_ = -1;
    std::uint16_t port_ = 0;
};

TEST_F(ListenerTest, OutOfDescriptorsIsNoCrashAndNoSpin) {
    if (kNoChildServer != nullptr) GTEST_SKIP() << kNoChildServer;
    const rlim_t taken = static_cast<rlim_t>(open("/dev/null", O_RDONLY | O_CLOEXEC));  // the lowest free one
    ::close(static_cast<int>(taken));
    const ChildServer child(options(), config, taken + 40);
    std::vector<Socket> clients;
    for (int i = 0; i < 80; ++i) clients.push_back(Socket::connect(child.port()));
    // Those for which there was no descriptor are closed rather than left to wait.
    int refused = 0;
    EXPECT_TRUE(eventually([&] {
        for (auto& client : clients) {
            char byte;
            if (client.valid() && recv(client.fd(), &byte, 1, MSG_DONTWAIT) == 0) {
                client.close();
                ++refused;
            }
        }
        return refused >= 20;
    })) << refused;

    const long before = child.cpu_ticks();
    const auto began = std::chrono::steady_clock::now();
    EXPECT_TRUE(eventually([&] { return std::chrono::steady_clock::now() - began > std::chrono::milliseconds(500); }));
    EXPECT_LT(child.cpu_ticks() - before, 25) << "hundredths of a second in half a second";
    ASSERT_TRUE(child.alive());

    for (auto& client : clients) client.close();
    EXPECT_TRUE(eventually([&] {
        auto client = Socket::connect(child.port());
        client.send("GET /../.. HTTP/1.1\r\nHost: a\r\n\r\n");
        return client.read_response().starts_with("HTTP/1.1 400 ");
    })) << "it serves again once there are descriptors";
}

}  // namespace
}  // namespace fairway::wire
