// TCP through service listeners: bytes, ends, resets, limits, and listeners that come and go.
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "wire/service_fixture.hpp"

namespace fairway::wire {
namespace {

class ServiceListeners : public ServiceListenerTest {};

TEST_F(ServiceListeners, RelaysBytesBothWays) {
    const auto& listener = add();
    start();
    auto client = Socket::connect(listener.address);
    client.send("ping");
    auto upstream = endpoint.accept();
    EXPECT_EQ(upstream.read_exactly(4), "ping");
    upstream.send("pong!");
    EXPECT_EQ(client.read_exactly(5), "pong!");
    EXPECT_EQ(server->open_connections(), 1u);
    const auto counted = counters(listener.address);
    EXPECT_EQ(counted.accepted, 1u);
    EXPECT_EQ(counted.active, 1u);
    EXPECT_EQ(counted.received_bytes, 4u);
    EXPECT_EQ(counted.sent_bytes, 5u);
    client.close();
    EXPECT_EQ(upstream.read_to_end(), "");
    upstream.close();
    EXPECT_TRUE(drained());
}

TEST_F(ServiceListeners, EndpointMaySpeakFirst) {
    const auto& listener = add();
    start();
    auto client = Socket::connect(listener.address);
    auto upstream = endpoint.accept();
    upstream.send("220 ready\r\n");
    EXPECT_EQ(client.read_until("\r\n"), "220 ready\r\n");
}

TEST_F(ServiceListeners, HalfCloseOfTheClientLeavesTheAnswer) {
    const auto& listener = add();
    start();
    auto client = Socket::connect(listener.address);
    client.send("question");
    client.shutdown_write();
    auto upstream = endpoint.accept();
    EXPECT_EQ(upstream.read_to_end(), "question");
    upstream.send("answer");
    EXPECT_EQ(client.read_exactly(6), "answer");
    upstream.close();
    EXPECT_EQ(client.read_to_end(), "");
    EXPECT_TRUE(drained());
}

TEST_F(ServiceListeners, HalfCloseOfTheEndpointLeavesTheQuestions) {
    const auto& listener = add();
    start();
    auto client = Socket::connect(listener.address);
    auto upstream = endpoint.accept();
    upstream.send("all I say");
    upstream.shutdown_write();
    EXPECT_EQ(client.read_to_end(), "all I say");
    client.send("more");
    EXPECT_EQ(upstream.read_exactly(4), "more");
    client.close();
    EXPECT_EQ(upstream.read_to_end(), "");
    EXPECT_TRUE(drained());
}

TEST_F(ServiceListeners, ResetOfTheClientReachesTheEndpoint) {
    const auto& listener = add();
    start();
    auto client = Socket::connect(listener.address);
    client.send("half of");
    auto upstream = endpoint.accept();
    EXPECT_EQ(upstream.read_exactly(7), "half of");
    client.reset();
    EXPECT_EQ(upstream.read_to_end(), "[reset]");
    EXPECT_TRUE(drained());
}

TEST_F(ServiceListeners, ResetOfTheEndpointReachesTheClientAfterWhatItSent) {
    const auto& listener = add();
    start();
    auto client = Socket::connect(listener.address);
    auto upstream = endpoint.accept();
    upstream.send("half of");
    EXPECT_EQ(client.read_exactly(7), "half of");
    upstream.reset();
    EXPECT_EQ(client.read_to_end(), "[reset]");
    EXPECT_TRUE(drained());
}

TEST_F(ServiceListeners, ResetBehindAHalfCloseIsSeenToo) {
    const auto& listener = add();
    start();
    auto client = Socket::connect(listener.address);
    client.send("question");
    client.shutdown_write();
    auto upstream = endpoint.accept();
    EXPECT_EQ(upstream.read_to_end(), "question");
    client.reset();
    EXPECT_TRUE(drained()) << "nobody reads from the client any more, yet it is known to be gone";
    EXPECT_TRUE(eventually([&] {  // behind an end that was read the kernel tells of a reset only here
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(upstream.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
        return error == EPIPE;
    }));
}

TEST_F(ServiceListeners, SlowReadersHoldBackTheSender) {
    const auto& listener = add();
    start();
    constexpr std::size_t kMuch = 256 * 1024 * 1024;
    auto client = Socket::connect(listener.address);
    auto upstream = endpoint.accept();
    const auto taken = upstream.send_until_blocked(kMuch);
    EXPECT_LT(taken, 64u * 1024 * 1024) << "socket buffers and one of ours, not the whole";
    const auto answered = client.send_until_blocked(kMuch);
    EXPECT_LT(answered, 64u * 1024 * 1024);
    upstream.shutdown_write();
    EXPECT_EQ(client.read_to_end().size(), taken) << "nothing was lost while it waited";
    client.shutdown_write();
    EXPECT_EQ(upstream.read_to_end().size(), answered);
    client.close();
    EXPECT_TRUE(drained());
}

TEST_F(ServiceListeners, FailedConnectsGoToTheNextEndpoint) {
    auto& listener = add("some", {free_address(), free_address(), endpoint.address()});
    start();
    for (int i = 0; i < 3; ++i) {
        auto client = Socket::connect(listener.address);
        auto upstream = endpoint.accept();
        upstream.send("here");
        EXPECT_EQ(client.read_exactly(4), "here");
    }
    policy(listener).next_endpoint = false;
    config.endpoints(listener, {free_address()});
    publish();
    auto client = Socket::connect(listener.address);
    EXPECT_EQ(client.read_to_end(), "[reset]");
    EXPECT_EQ(counters(listener.address).failed, 1u);
}

TEST_F(ServiceListeners, TriesAreLimited) {
    auto& listener = add("some", {free_address(), free_address(), free_address(), free_address()});
    policy(listener).tries = 2;
    start();
    auto client = Socket::connect(listener.address);
    EXPECT_EQ(client.read_to_end(), "[reset]");
    EXPECT_EQ(counters(listener.address).failed, 1u);
}

TEST_F(ServiceListeners, WithoutEndpointsConnectionsAreReset) {
    auto& listener = add("none", {});
    start();
    auto client = Socket::connect(listener.address);
    EXPECT_EQ(client.read_to_end(), "[reset]");
    config.endpoints(listener, {endpoint.address()});
    publish();
    auto second = Socket::connect(listener.address);
    endpoint.accept().send("now");
    EXPECT_EQ(second.read_exactly(3), "now");
}

TEST_F(ServiceListeners, SilentConnectionsEndInAReset) {
    auto& listener = add();
    policy(listener).idle_timeout = std::chrono::seconds(1);
    start();
    auto client = Socket::connect(listener.address);
    auto upstream = endpoint.accept();
    EXPECT_EQ(client.read_to_end(), "[reset]");
    EXPECT_EQ(upstream.read_to_end(), "[reset]");
    EXPECT_TRUE(drained());
}

TEST_F(ServiceListeners, ConnectionsOutliveTheirEndpointsReadinessAndTheirListener) {
    auto& listener = add();
    start();
    const auto address = listener.address;
    auto client = Socket::connect(address);
    auto upstream = endpoint.accept();
    const auto works = [&] {
        client.send("ping");
        EXPECT_EQ(upstream.read_exactly(4), "ping");
        upstream.send("pong");
        EXPECT_EQ(client.read_exactly(4), "pong");
    };
    works();
    config.endpoints(listener, {});
    publish();
    works();
    config.remove_listener(address);
    publish();
    works();
    EXPECT_TRUE(refuses(address));
    client.close();
    EXPECT_EQ(upstream.read_to_end(), "");
    upstream.close();
    EXPECT_TRUE(drained());
    EXPECT_TRUE(server->metrics().streams.empty()) << "forgotten with its last connection";
}

TEST_F(ServiceListeners, ComeAndGoWithTheSnapshotsAndStayWhenBothHaveThem) {
    Endpoint other;
    auto& first = add("first");
    start(2);
    auto kept = Socket::connect(first.address);
    auto upstream = endpoint.accept();
    const auto& second = add("second", {other.address()});
    publish();
    auto client = Socket::connect(second.address);
    auto at_other = other.accept();
    client.send("a");
    EXPECT_EQ(at_other.read_exactly(1), "a");

    config.endpoints(first, {other.address()});  // the listener stays, and leads elsewhere
    publish();
    auto elsewhere = Socket::connect(first.address);
    auto moved = other.accept();
    moved.send("b");
    EXPECT_EQ(elsewhere.read_exactly(1), "b");
    kept.send("c");
    EXPECT_EQ(upstream.read_exactly(1), "c");

    const auto address = second.address;
    config.remove_listener(address);
    server->publish(config.build());
    config.listener(routing::Transport::tcp, address, "second", {other.address()});
    publish();  // also while workers still close the sockets of before
    EXPECT_TRUE(server->listener_problems().empty());
    auto again = Socket::connect(address);
    other.accept().send("d");
    EXPECT_EQ(again.read_exactly(1), "d");
}

TEST_F(ServiceListeners, ATakenPortIsAProblemUntilItIsFree) {
    auto other_program = std::make_unique<Endpoint>();
    config.listener(routing::Transport::tcp, other_program->address(), "taken", {endpoint.address()});
    const auto& fine = add("fine");
    start(2);
    ASSERT_EQ(server->listener_problems().size(), 1u);
    const auto problem = server->listener_problems().front();
    EXPECT_EQ(problem.owner.object, "taken");
    EXPECT_EQ(problem.address, other_program->address());
    EXPECT_EQ(problem.reason, "Address already in use");
    EXPECT_EQ(problem.advice, "another process uses the port: stop it or choose another port");
    auto client = Socket::connect(fine.address);
    endpoint.accept();

    EXPECT_FALSE(server->retry_listeners());
    const auto address = other_program->address();
    other_program.reset();
    EXPECT_TRUE(server->retry_listeners());
    EXPECT_TRUE(server->listener_problems().empty());
    auto through = Socket::connect(address);
    endpoint.accept().send("open");
    EXPECT_EQ(through.read_exactly(4), "open");
}

TEST_F(ServiceListeners, AddressesOfOtherMachinesAndOwnPortsAreProblems) {
    config.listener(routing::Transport::tcp, *SocketAddress::parse("192.0.2.1:9000"), "far", {endpoint.address()});
    start();
    ASSERT_EQ(server->listener_problems().size(), 1u);
    EXPECT_EQ(server->listener_problems().front().reason, "Cannot assign requested address");
    EXPECT_EQ(server->listener_problems().front().advice,
              "this machine does not have the address: choose one of its own, or 127.0.0.1");
    const SocketAddress own{*IpAddress::parse("127.0.0.1"), server->http_port()};
    config.listener(routing::Transport::tcp, own, "http", {endpoint.address()});
    publish();
    ASSERT_EQ(server->listener_problems().size(), 2u);
    EXPECT_EQ(server->listener_problems().front().reason, "Fairway's own HTTP and HTTPS listeners have this address");
}

TEST_F(ServiceListeners, AnExactAddressIsPreferredToAWildcardOfTheSamePort) {
    Endpoint other;
    const SocketAddress wildcard{*IpAddress::parse("0.0.0.0"), free_port()};  // free on every address
    const SocketAddress exact{free_address().ip, wildcard.port};
    config.listener(routing::Transport::tcp, wildcard, "all", {other.address()});
    start(2);
    ASSERT_TRUE(server->listener_problems().empty());
    config.listener(routing::Transport::tcp, exact, "exact", {endpoint.address()});
    publish();
    ASSERT_TRUE(server->listener_problems().empty());
    auto to_exact = Socket::connect(exact);
    endpoint.accept().send("exact");
    EXPECT_EQ(to_exact.read_exactly(5), "exact");
    auto to_other = Socket::connect(exact.port);
    other.accept().send("all");
    EXPECT_EQ(to_other.read_exactly(3), "all");
}

TEST_F(ServiceListeners, DrainLetsConnectionsGoOnAndTakesNoNewOnes) {
    const auto& listener = add();
    start();
    auto client = Socket::connect(listener.address);
    auto upstream = endpoint.accept();
    server->start_drain();
    auto late = Socket::connect(listener.address);
    auto late_upstream = endpoint.accept();
    server->stop_accepting();
    EXPECT_TRUE(server->wait_for(1, kPatience)) << "the worker has done what it was told before";
    EXPECT_TRUE(refuses(listener.address));
    client.send("still");
    EXPECT_EQ(upstream.read_exactly(5), "still");
    EXPECT_EQ(server->open_connections(), 2u);
    client.close();
    upstream.close();
    EXPECT_TRUE(eventually([&] { return server->open_connections() == 1; }));
    server->stop_now();
    EXPECT_EQ(late.read_to_end(), "[reset]") << "what is cut is seen to be cut";
    EXPECT_EQ(late_upstream.read_to_end(), "[reset]");
}

TEST_F(ServiceListeners, EachConnectionIsALineOfTheAccessLog) {
    const std::string path = testing::TempDir() + "stream-access-" + std::to_string(getpid()) + ".log";
    config.settings.access_log.enabled = true;
    config.settings.access_log.path = path;
    const auto& listener = add();
    const auto& nowhere = add("nowhere", {});
    start();
    auto client = Socket::connect(listener.address, *IpAddress::parse("127.0.0.9"));
    client.send("ping");
    auto upstream = endpoint.accept();
    upstream.read_exactly(4);
    upstream.send("pong!");
    client.read_exactly(5);
    client.close();
    upstream.close();
    ASSERT_TRUE(drained());
    Socket::connect(nowhere.address).read_to_end();
    server->stop_now();
    std::ifstream file(path);
    std::string served, refused;
    std::getline(file, served);
    std::getline(file, refused);
    EXPECT_TRUE(served.starts_with("[127.0.0.9] [")) << served;
    EXPECT_NE(served.find("] TCP 200 5 4 0."), std::string::npos) << served;
    EXPECT_NE(refused.find("] TCP 502 0 0 0."), std::string::npos) << refused;
    std::filesystem::remove(path);
}

TEST_F(ServiceListeners, FourThousandAtOnce) {
    const std::uint16_t port = free_port();
    for (int i = 0; i < 4000; ++i) {
        const std::array<std::uint8_t, 4> ip{127, 200, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)};
        config.listener(routing::Transport::tcp, {IpAddress::from_v4(ip.data()), port}, "s" + std::to_string(i),
                        {endpoint.address()});
    }
    const auto& last = config.listener(routing::Transport::tcp, free_address(), "last", {endpoint.address()});
    start(2);
    EXPECT_TRUE(server->listener_problems().empty()) << server->listener_problems().front().reason;
    auto client = Socket::connect(last.address);
    endpoint.accept().send("hello");
    EXPECT_EQ(client.read_exactly(5), "hello");
}

}  // namespace
}  // namespace fairway::wire
