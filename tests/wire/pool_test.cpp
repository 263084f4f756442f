// Which upstream connections are kept for the next request, and for how long.
#include "wire/wire_fixture.hpp"

namespace fairway::wire {
namespace {

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr const char* kGet = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

class Pool : public WireTest {
protected:
    std::uint64_t idle() { return server->metrics().connections.upstream_idle; }
    bool becomes_idle(std::uint64_t count) {
        return eventually([&] { return idle() == count; });
    }
    /// One exchange over `upstream`, which is accepted first when there is none.
    void exchange(Socket& client, Socket& upstream, std::string_view response = kOk) {
        client.send(kGet);
        if (!upstream.valid()) upstream = endpoint.accept();
        upstream.read_until("\r\n\r\n");
        upstream.send(response);
        EXPECT_TRUE(client.read_response().ends_with("ok"));
    }
};

TEST_F(Pool, ServesManyClientsWithOneConnection) {
    start();
    Socket upstream;
    for (int i = 0; i < 5; ++i) {
        auto client = this->client();
        exchange(client, upstream);
        ASSERT_TRUE(becomes_idle(1));
    }
    EXPECT_TRUE(endpoint.nobody_connected());
    const auto counters = server->metrics().connections;
    EXPECT_EQ(counters.upstream_opened, 1u);
    EXPECT_EQ(counters.upstream_reused, 4u);
}

TEST_F(Pool, ClosesAConnectionAfterItsRequests) {
    config.settings.upstream_keepalive.requests = 2;
    start();
    auto client = this->client();
    Socket upstream;
    exchange(client, upstream);
    exchange(client, upstream);
    EXPECT_EQ(upstream.read_to_end(), "");
    Socket next;
    exchange(client, next);
}

TEST_F(Pool, ClosesAConnectionOverItsAge) {
    config.settings.upstream_keepalive.max_age = std::chrono::seconds(0);
    start();
    auto client = this->client();
    for (int i = 0; i < 2; ++i) {
        Socket upstream;
        exchange(client, upstream);
        EXPECT_EQ(upstream.read_to_end(), "");
    }
}

TEST_F(Pool, ClosesTheLongestIdleOverTheMaximum) {
    config.settings.upstream_keepalive.connections = 2;
    start();
    std::vector<Socket> clients(3);
    std::vector<Socket> upstreams(3);
    for (int i = 0; i < 3; ++i) {
        clients[i] = client();
        clients[i].send(kGet);
        upstreams[i] = endpoint.accept();
        upstreams[i].read_until("\r\n\r\n");
    }
    for (int i = 0; i < 3; ++i) {
        upstreams[i].send(kOk);
        clients[i].read_response();
    }
    EXPECT_EQ(upstreams[0].read_to_end(), "");
    EXPECT_TRUE(becomes_idle(2));
    exchange(clients[0], upstreams[2]);  // newest first
}

TEST_F(Pool, LoweredMaximumHoldsFromTheNextConnectionOn) {
    start();
    std::vector<Socket> clients(4);
    std::vector<Socket> upstreams(4);
    for (int i = 0; i < 4; ++i) {
        clients[i] = client();
        clients[i].send(kGet);
        upstreams[i] = endpoint.accept();
        upstreams[i].read_until("\r\n\r\n");
    }
    for (int i = 0; i < 4; ++i) {
        upstreams[i].send(kOk);
        clients[i].read_response();
    }
    ASSERT_TRUE(becomes_idle(4));
    config.settings.upstream_keepalive.connections = 1;
    publish();
    exchange(clients[0], upstreams[3]);
    EXPECT_TRUE(becomes_idle(1));
}

TEST_F(Pool, ClosesAfterTheIdleTimeout) {
    config.settings.upstream_keepalive.idle_timeout = std::chrono::seconds(1);
    start();
    auto client = this->client();
    Socket upstream;
    exchange(client, upstream);
    EXPECT_EQ(upstream.read_to_end(), "");
    EXPECT_TRUE(becomes_idle(0));
}

TEST_F(Pool, DropsWhatTheEndpointCloses) {
    start();
    auto client = this->client();
    Socket upstream;
    exchange(client, upstream);
    ASSERT_TRUE(becomes_idle(1));
    upstream.close();
    EXPECT_TRUE(becomes_idle(0));
}

TEST_F(Pool, DropsAConnectionOnWhichTheEndpointSpeaksUnasked) {
    start();
    auto client = this->client();
    Socket upstream;
    exchange(client, upstream);
    ASSERT_TRUE(becomes_idle(1));
    upstream.send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
    EXPECT_TRUE(becomes_idle(0));
    Socket next;
    exchange(client, next);
}

TEST_F(Pool, DoesNotKeepWhatHasBytesBehindTheResponse) {
    start();
    auto client = this->client();
    Socket upstream;
    exchange(client, upstream,
             "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    Socket next;
    exchange(client, next);
    EXPECT_TRUE(upstream.closed_by_peer());
}

TEST_F(Pool, DoesNotKeepWhatTheEndpointWantsClosed) {
    start();
    auto client = this->client();
    for (const char* response : {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
                                 "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"}) {
        Socket upstream;
        exchange(client, upstream, response);
        EXPECT_EQ(upstream.read_to_end(), "") << response;
    }
}

TEST_F(Pool, DoesNotKeepWhatAnsweredBeforeTheEndOfTheRequest) {
    start();
    auto client = this->client();
    client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\npart");
    auto upstream = endpoint.accept();
    upstream.read_until("part");
    upstream.send(kOk);
    EXPECT_TRUE(client.read_response().ends_with("ok"));
    EXPECT_EQ(upstream.read_to_end(), "[reset]");
    EXPECT_EQ(idle(), 0u);
}

TEST_F(Pool, DoesNotKeepWhatAClientLeftBehind) {
    start();
    auto client = this->client();
    client.send(kGet);
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome");
    client.read_until("some");
    client.close();
    EXPECT_TRUE(upstream.closed_by_peer());
    EXPECT_EQ(idle(), 0u);
}

TEST_F(Pool, KeepsAfterResponsesWithoutBody) {
    start();
    auto client = this->client();
    client.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n");
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    client.read_until("\r\n\r\n");
    for (const char* response :
         {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"}) {
        client.send(kGet);
        upstream.read_until("\r\n\r\n");
        upstream.send(response);
        client.read_until("\r\n\r\n");
    }
    EXPECT_TRUE(becomes_idle(1));
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(Pool, ZeroConnectionsMeansConnectionClose) {
    config.settings.upstream_keepalive.connections = 0;
    start();
    auto client = this->client();
    for (int i = 0; i < 2; ++i) {
        client.send(kGet);
        auto upstream = endpoint.accept();
        const auto request = upstream.read_until("\r\n\r\n");
        EXPECT_NE(request.find("\r\nConnection: close\r\n"), std::string::npos) << request;
        upstream.send(kOk);
        EXPECT_TRUE(client.read_response().ends_with("ok"));
        EXPECT_EQ(upstream.read_to_end(), "");
    }
}

}  // namespace
}  // namespace fairway::wire
