// UDP through service listeners: sessions, answers and their source, failing endpoints, limits.
#include "wire/udp_peer.hpp"

#include "proxy/l4/udp_listener.hpp"
#include "wire/service_fixture.hpp"

namespace fairway::wire {
namespace {

using routing::StreamPolicy;
using routing::Transport;

class Udp : public ServiceListenerTest {
protected:
    routing::ServiceListener& listen(std::vector<SocketAddress> endpoints) {
        return config.listener(Transport::udp, free_address(Transport::udp), "dns", endpoints);
    }
    routing::ServiceListener& listen() { return listen({upstream.address()}); }
    bool has_sessions(const SocketAddress& address, std::uint64_t count) {
        return eventually([&] { return counters(address).active == count; });
    }
    UdpPeer upstream;
    UdpPeer client;
};

TEST_F(Udp, AnswersComeFromTheAddressThatWasAsked) {
    const auto& listener = listen();
    start();
    client.send(listener.address, "question");
    const auto asked = upstream.receive();
    EXPECT_EQ(asked.text, "question");
    upstream.send(asked.from, "answer");
    const auto got = client.receive();
    EXPECT_EQ(got.text, "answer");
    EXPECT_EQ(got.from, listener.address);
    EXPECT_TRUE(has_sessions(listener.address, 0)) << "one answer ends a session by default";
    const auto counted = counters(listener.address);
    EXPECT_EQ(counted.accepted, 1u);
    EXPECT_EQ(counted.received_bytes, 8u);
    EXPECT_EQ(counted.sent_bytes, 6u);
}

TEST_F(Udp, WildcardListenersAnswerFromTheAddressThatWasAskedToo) {
    const auto free = free_address(Transport::udp);
    const SocketAddress wildcard{*IpAddress::parse("0.0.0.0"), free.port};
    config.listener(Transport::udp, wildcard, "dns", {upstream.address()});
    start();
    ASSERT_TRUE(server->listener_problems().empty()) << server->listener_problems().front().reason;
    client.send(free, "question");
    upstream.send(upstream.receive().from, "answer");
    EXPECT_EQ(client.receive().from, free);
}

TEST_F(Udp, Ipv6) {
    UdpPeer upstream6(*IpAddress::parse("::1"));
    UdpPeer client6(*IpAddress::parse("::1"));
    const SocketAddress address{*IpAddress::parse("::1"), free_address(Transport::udp).port};
    config.listener(Transport::udp, address, "dns", {upstream6.address()});
    start();
    client6.send(address, "question");
    upstream6.send(upstream6.receive().from, "answer");
    const auto got = client6.receive();
    EXPECT_EQ(got.text, "answer");
    EXPECT_EQ(got.from, address);
}

TEST_F(Udp, ASessionKeepsItsEndpointAndItsPort) {
    UdpPeer second;
    auto& listener = listen({upstream.address(), second.address()});
    policy(listener).udp_responses = StreamPolicy::kUnlimited;
    start(2);
    client.send(listener.address, "1");
    UdpPeer* chosen = nullptr;
    std::optional<UdpPeer::Datagram> first;
    ASSERT_TRUE(eventually([&] {
        for (UdpPeer* one : {&upstream, &second})
            if (!first && (first = one->poll())) chosen = one;
        return first.has_value();
    }));
    for (int i = 0; i < 10; ++i) {
        client.send(listener.address, "more");
        EXPECT_EQ(chosen->receive().from, first->from);
        chosen->send(first->from, "yes");
        EXPECT_EQ(client.receive().text, "yes");
    }
    EXPECT_EQ(counters(listener.address).accepted, 1u);
}

TEST_F(Udp, LastsUntilEachDatagramHasItsAnswers) {
    auto& listener = listen();
    policy(listener).udp_responses = 2;
    start();
    client.send(listener.address, "a");
    client.send(listener.address, "b");
    const auto from = upstream.receive().from;
    EXPECT_EQ(upstream.receive().from, from);
    for (int answer = 1; answer <= 3; ++answer) {
        upstream.send(from, "x");
        client.receive();
        EXPECT_EQ(counters(listener.address).active, 1u) << answer;
    }
    upstream.send(from, "x");
    client.receive();
    EXPECT_TRUE(has_sessions(listener.address, 0));
}

TEST_F(Udp, WithoutExpectedAnswersASessionEndsAtOnce) {
    auto& listener = listen();
    policy(listener).udp_responses = 0;
    start();
    client.send(listener.address, "log line");
    EXPECT_EQ(upstream.receive().text, "log line");
    EXPECT_TRUE(has_sessions(listener.address, 0));
}

TEST_F(Udp, SilentSessionsEndAfterTheIdleTime) {
    auto& listener = listen();
    policy(listener).idle_timeout = std::chrono::seconds(1);
    start();
    client.send(listener.address, "anybody?");
    upstream.receive();
    EXPECT_TRUE(has_sessions(listener.address, 1));
    EXPECT_TRUE(has_sessions(listener.address, 0));
}

TEST_F(Udp, EmptyAndLargestDatagramsPass) {
    auto& listener = listen();
    policy(listener).udp_responses = StreamPolicy::kUnlimited;
    start();
    client.send(listener.address, "");
    auto got = upstream.receive();
    EXPECT_EQ(got.text, "");
    const std::string largest(65507, 'x');
    client.send(listener.address, largest);
    EXPECT_EQ(upstream.receive().text, largest);
    upstream.send(got.from, largest);
    EXPECT_EQ(client.receive().text, largest);
    upstream.send(got.from, "");
    EXPECT_EQ(client.receive().text, "");
}

TEST_F(Udp, AnEndpointThatRefusesIsLeftForTheNextOne) {
    const auto refusing = free_address(Transport::udp);
    auto& listener = listen({refusing, upstream.address()});
    start();
    for (int i = 0; i < 4; ++i) {  // one in two begins with the one that refuses
        UdpPeer another;
        another.send(listener.address, "question");
        const auto asked = upstream.receive();
        EXPECT_EQ(asked.text, "question");
        upstream.send(asked.from, "answer");
        EXPECT_EQ(another.receive().text, "answer");
    }
    EXPECT_EQ(counters(listener.address).failed, 0u);
}

TEST_F(Udp, WithoutEndpointsDatagramsAreCountedAsDropped) {
    auto& listener = listen({});
    start();
    client.send(listener.address, "question");
    EXPECT_TRUE(eventually([&] { return counters(listener.address).dropped_datagrams == 1; }));
    EXPECT_EQ(counters(listener.address).failed, 1u);
    config.endpoints(listener, {upstream.address()});
    publish();
    client.send(listener.address, "again");
    EXPECT_EQ(upstream.receive().text, "again");
}

TEST_F(Udp, ASessionMovesWhenItsEndpointIsNoLongerReady) {
    UdpPeer second;
    auto& listener = listen();
    policy(listener).udp_responses = StreamPolicy::kUnlimited;
    start();
    client.send(listener.address, "1");
    upstream.receive();
    config.endpoints(listener, {second.address()});
    publish();
    client.send(listener.address, "2");
    EXPECT_EQ(second.receive().text, "2");
    EXPECT_FALSE(upstream.poll());
}

TEST_F(Udp, ClientsOfOneAddressShareAnEndpointWithAffinity) {
    UdpPeer second;
    auto& listener = listen({upstream.address(), second.address()});
    const_cast<routing::Backend&>(*listener.backend).client_ip_affinity = routing::ClientIpAffinity{.group = 1};
    start(2);
    for (int i = 0; i < 8; ++i) UdpPeer().send(listener.address, "hello");
    std::size_t at_first = 0, at_second = 0;
    ASSERT_TRUE(eventually([&] {
        while (upstream.poll()) ++at_first;
        while (second.poll()) ++at_second;
        return at_first + at_second == 8;
    }));
    EXPECT_TRUE(at_first == 0 || at_second == 0) << at_first << " and " << at_second;
}

TEST_F(Udp, SessionsAreBounded) {
    auto& listener = listen();
    start();
    constexpr std::size_t kLimit = proxy::l4::UdpListener::kMaxSessions;
    std::vector<std::unique_ptr<UdpPeer>> held;
    // Many clients without as many sockets: each datagram leaves from another address of the loopback network.
    for (std::size_t i = 0; i < kLimit + 50; ++i) {
        const std::array<std::uint8_t, 4> ip{127, 1, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)};
        UdpPeer(IpAddress::from_v4(ip.data())).send(listener.address, "x");
        if (i % 64 == 0) {
            ASSERT_TRUE(eventually([&] { return counters(listener.address).accepted + 64 > i; }));
        }
    }
    EXPECT_TRUE(eventually([&] { return counters(listener.address).accepted == kLimit + 50; }));
    EXPECT_EQ(counters(listener.address).active, kLimit);
}

TEST_F(Udp, AClosedListenerDeliversTheAnswersThatAreAwaited) {
    auto& listener = listen();
    start();
    UdpPeer done;
    done.send(listener.address, "1");
    upstream.send(upstream.receive().from, "one");
    done.receive();
    client.send(listener.address, "2");
    const auto asked = upstream.receive();
    const auto address = listener.address;
    config.remove_listener(address);
    publish();
    upstream.send(asked.from, "two");
    const auto got = client.receive();
    EXPECT_EQ(got.text, "two");
    EXPECT_EQ(got.from, address);
    EXPECT_TRUE(drained());
}

TEST_F(Udp, StopNowCutsSessions) {
    auto& listener = listen();
    start();
    client.send(listener.address, "2");
    upstream.receive();
    EXPECT_EQ(server->open_connections(), 1u);
    server->stop_now();
    EXPECT_EQ(server->open_connections(), 0u);
}

}  // namespace
}  // namespace fairway::wire
