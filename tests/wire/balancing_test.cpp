// Which endpoint gets a request, and what a change of endpoints does to requests that run.
#include "wire/named_endpoint.hpp"
#include "wire/wire_fixture.hpp"

namespace fairway::wire {
namespace {

constexpr const char* kGet = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

class Balancing : public WireTest {
protected:
    void ask(Socket& client, int times) {
        for (int i = 0; i < times; ++i) {
            client.send(kGet);
            ASSERT_TRUE(client.read_response().starts_with("HTTP/1.1 200 "));
        }
    }
};

TEST_F(Balancing, RoundRobinSpreadsEvenly) {
    const NamedEndpoint one("one"), two("two"), three("three");
    config.endpoints(*route, {one.address(), two.address(), three.address()});
    start();
    auto client = this->client();
    ask(client, 30);
    EXPECT_EQ(one.requests(), 10u);
    EXPECT_EQ(two.requests(), 10u);
    EXPECT_EQ(three.requests(), 10u);
    EXPECT_EQ(one.connections(), 1u) << "kept between requests";
}

TEST_F(Balancing, EachBackendTakesItsOwnTurns) {
    const NamedEndpoint one("one"), two("two"), three("three"), four("four");
    config.endpoints(*route, {one.address(), two.address()});
    config.route("other.example", "/", {three.address(), four.address()});
    start();
    auto client = this->client();
    for (int i = 0; i < 10; ++i) {
        ask(client, 1);
        client.send("GET / HTTP/1.1\r\nHost: other.example\r\n\r\n");
        ASSERT_TRUE(client.read_response().starts_with("HTTP/1.1 200 "));
    }
    for (const auto* endpoint : {&one, &two, &three, &four}) EXPECT_EQ(endpoint->requests(), 5u);
}

TEST_F(Balancing, EwmaPrefersTheFasterEndpoint) {
    const NamedEndpoint fast("fast"), slow("slow", std::chrono::milliseconds(30)),
        slower("slower", std::chrono::milliseconds(60));
    config.backend(*route).load_balance = routing::LoadBalance::ewma;
    config.endpoints(*route, {fast.address(), slow.address(), slower.address()});
    start();
    auto client = this->client();
    ask(client, 60);
    // Two of three are drawn and the better one is taken: the best of all wins two draws of three, the worst none.
    EXPECT_GT(fast.requests(), 25u);
    EXPECT_LT(slower.requests(), 10u);
}

TEST_F(Balancing, NewEndpointGetsItsShare) {
    const NamedEndpoint one("one"), two("two");
    config.endpoints(*route, {one.address()});
    start();
    auto client = this->client();
    ask(client, 5);
    config.endpoints(*route, {one.address(), two.address()});
    publish();
    ask(client, 10);
    EXPECT_EQ(one.requests(), 10u);
    EXPECT_EQ(two.requests(), 5u);
}

TEST_F(Balancing, RemovedEndpointFinishesWhatItRuns) {
    const NamedEndpoint stays("stays");
    start();
    auto running = this->client();
    running.send(kGet);
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    config.endpoints(*route, {stays.address()});
    publish();
    auto client = this->client();
    ask(client, 5);
    EXPECT_TRUE(endpoint.nobody_connected());
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone");
    EXPECT_TRUE(running.read_response().ends_with("\r\n\r\ndone"));
    ask(running, 3);
    EXPECT_EQ(stays.requests(), 8u);
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(Balancing, EveryEndpointRemovedIs503) {
    start();
    config.endpoints(*route, {});
    publish();
    auto client = this->client();
    client.send(kGet);
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 503 Service "));
    config.endpoints(*route, {endpoint.address()});
    publish();
    client.send(kGet);
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nback");
    EXPECT_TRUE(client.read_response().ends_with("\r\n\r\nback"));
}

}  // namespace
}  // namespace fairway::wire
