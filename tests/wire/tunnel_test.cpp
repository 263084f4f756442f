// Upgrades and the tunnels behind them, with peers that break off, fall silent or try to enter without leave.
#include "wire/hostile_fixture.hpp"

namespace fairway::wire {
namespace {

using namespace std::chrono_literals;

constexpr const char* kUpgrade = "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
constexpr const char* kSwitching =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
constexpr std::size_t kMuch = 64 * 1024 * 1024;

class TunnelTest : public HostileTest {
protected:
    struct Ends {
        Socket client;
        Socket upstream;
    };
    Ends open() {
        Ends ends{client(), {}};
        ends.client.send(kUpgrade);
        ends.upstream = endpoint.accept();
        EXPECT_EQ(ends.upstream.read_until("\r\n\r\n"),
                  forwarded("GET /ws", "a", "", "Upgrade: websocket\r\nConnection: upgrade\r\n"));
        ends.upstream.send(kSwitching);
        const std::string answer = ends.client.read_until("\r\n\r\n");
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 101 Switching Protocols\r\n")) << answer;
        return ends;
    }
};

TEST_F(TunnelTest, KeepsWhatTheClientSaysTooEarly) {
    start();
    auto client = this->client();
    client.send(std::string(kUpgrade) + "early");
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    let_proxy_work();
    EXPECT_FALSE(upstream.wait_readable(0ms)) << "nothing may follow the request before the endpoint agreed";
    upstream.send(kSwitching);
    EXPECT_EQ(upstream.read_exactly(5), "early");
}

// The client believes in a tunnel and speaks through it, but the endpoint refused: these are requests, and held to be such.
TEST_F(TunnelTest, IsNotOpenWhenTheEndpointRefuses) {
    start();
    for (const std::string refusal :
         {"HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n",
          "HTTP/1.1 200 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n"}) {
        auto client = this->client();
        client.send(std::string(kUpgrade) + "GET /two HTTP/1.1\r\nHost: a\r\nX-Real-IP: 1.1.1.1\r\n\r\n\x81\x00");
        auto upstream = endpoint.accept();
        upstream.read_until("\r\n\r\n");
        upstream.send(refusal);
        client.read_until("\r\n\r\n");
        EXPECT_EQ(upstream.read_until("\r\n\r\n"), forwarded("GET /two", "a"));
        upstream.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
        EXPECT_TRUE(client.read_response().ends_with("ok"));
        EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 400 Bad Request\r\n"));
    }
}

TEST_F(TunnelTest, DoesNotBeginInTheMiddleOfARequest) {
    config.policy(*route).retry.conditions = 0;
    start();
    for (const std::string framing :
         {"Content-Length: 10\r\n\r\n01234", "Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n"}) {
        auto client = this->client();
        client.send("POST /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" + framing);
        auto upstream = endpoint.accept();
        upstream.read_until("\n01234");
        upstream.send(std::string(kSwitching) + "secret");
        const std::string answer = client.read_response();
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 502 Bad Gateway\r\n")) << answer;
        EXPECT_TRUE(upstream.read_to_end().ends_with("[reset]"));
    }
    expect_served_normally();
}

TEST_F(TunnelTest, BeginsBehindTheBodyOfItsRequest) {
    start();
    auto client = this->client();
    client.send("POST /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: "
                "4\r\n\r\nbodytunnel");
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    EXPECT_EQ(upstream.read_exactly(4), "body");
    let_proxy_work();
    EXPECT_FALSE(upstream.wait_readable(0ms));
    upstream.send(kSwitching);
    EXPECT_EQ(upstream.read_exactly(6), "tunnel");
}

// RFC 9110 section 7.8: a server changes to a protocol that the client listed, or not at all.
TEST_F(TunnelTest, IsForTheProtocolThatWasAskedFor) {
    config.policy(*route).retry.conditions = 0;
    start();
    for (const std::string other : {"h2c", "chat/2", "websocket, h2c"}) {
        auto client = this->client();
        client.send(kUpgrade);
        auto upstream = endpoint.accept();
        upstream.read_until("\r\n\r\n");
        upstream.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: " + other + "\r\nConnection: Upgrade\r\n\r\n");
        EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 502 Bad Gateway\r\n")) << other;
    }
    expect_served_normally();
}

TEST_F(TunnelTest, IsForAnyProtocolButH2c) {
    start();
    {
        auto client = this->client();
        client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: chat/2, TLS/1.0\r\n\r\n");
        auto upstream = endpoint.accept();
        EXPECT_EQ(upstream.read_until("\r\n\r\n"),
                  forwarded("GET /", "a", "", "Upgrade: chat/2, TLS/1.0\r\nConnection: upgrade\r\n"));
        upstream.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: Chat/2\r\nConnection: upgrade\r\n\r\nhello");
        EXPECT_TRUE(client.read_until("hello").starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
    }
    for (const std::string list : {"h2c", "H2C, websocket"}) {
        auto client = this->client();
        client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: "
                    "AAMAAABk\r\nUpgrade: " +
                    list + "\r\n\r\n");
        auto upstream = endpoint.accept();
        EXPECT_EQ(upstream.read_until("\r\n\r\n"), forwarded("GET /", "a"));
        upstream.send(kOk);
        EXPECT_TRUE(client.read_response().ends_with("ok"));
    }
}

TEST_F(TunnelTest, IsNotForHttp10) {
    start();
    auto client = this->client();
    client.send("GET / HTTP/1.0\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    auto upstream = endpoint.accept();
    EXPECT_EQ(upstream.read_until("\r\n\r\n"), forwarded("GET /", "a"));
    upstream.send(kSwitching);
    EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 502 Bad Gateway\r\n"));
}

TEST_F(TunnelTest, EndsWhenBothSidesAreSilent) {
    config.policy(*route).timeouts.read = 1s;
    start();
    auto [client, upstream] = open();
    const auto begun = std::chrono::steady_clock::now();
    upstream.read_to_end();
    client.read_to_end();
    EXPECT_GE(std::chrono::steady_clock::now() - begun, 900ms);
    expect_served_normally();
}

TEST_F(TunnelTest, LivesAsLongAsOneSideSpeaks) {
    config.policy(*route).timeouts.read = 1s;
    start();
    for (const bool client_speaks : {true, false}) {
        auto [client, upstream] = open();
        Socket& speaker = client_speaks ? client : upstream;
        Socket& listener = client_speaks ? upstream : client;
        for (int word = 0; word < 15; ++word) {
            ASSERT_FALSE(speaker.wait_readable(100ms)) << "cut although the other side spoke";
            speaker.send("word");
            ASSERT_EQ(listener.read_exactly(4), "word");
        }
    }
}

TEST_F(TunnelTest, ResetOfTheClientEndsTheEndpointsSide) {
    start();
    auto [client, upstream] = open();
    client.send("last");
    EXPECT_EQ(upstream.read_exactly(4), "last");
    client.reset();
    EXPECT_TRUE(upstream.closed_by_peer());
    expect_served_normally();
}

TEST_F(TunnelTest, ResetOfTheEndpointResetsTheClient) {
    start();
    auto [client, upstream] = open();
    upstream.send("last");
    EXPECT_EQ(client.read_exactly(4), "last");
    upstream.reset();
    EXPECT_EQ(client.read_to_end(), "[reset]");
    expect_served_normally();
}

TEST_F(TunnelTest, ClientThatLeavesAtOnceFreesTheEndpoint) {
    start();
    auto client = this->client();
    client.send(kUpgrade);
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    client.reset();
    upstream.send(kSwitching);
    EXPECT_TRUE(upstream.closed_by_peer());
    expect_served_normally();
}

TEST_F(TunnelTest, EndpointMayEndFirst) {
    start();
    auto [client, upstream] = open();
    upstream.send("bye");
    upstream.shutdown_write();
    EXPECT_EQ(client.read_to_end(), "bye");
    client.send("still here");
    EXPECT_EQ(upstream.read_exactly(10), "still here");
    client.close();
    EXPECT_EQ(upstream.read_to_end(), "");
}

TEST_F(TunnelTest, SlowsDownWhoTheOtherSideDoesNotRead) {
    start();
    {
        auto [client, upstream] = open();
        EXPECT_LT(client.send_until_blocked(kMuch), kMuch);
    }
    auto [client, upstream] = open();
    EXPECT_LT(upstream.send_until_blocked(kMuch), kMuch);
}

}  // namespace
}  // namespace fairway::wire
