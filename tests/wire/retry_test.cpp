// When a request moves on to the next endpoint (proxy-next-upstream), and when it must not.
#include <set>

#include "wire/wire_fixture.hpp"

namespace fairway::wire {
namespace {

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr const char* kGet = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr const char* kPost = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
constexpr const char* kBusy = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy";

/// The address of a port that nobody listens on.
SocketAddress nobody() {
    const Endpoint gone;
    return gone.address();
}

/// Three endpoints behind the route; round robin decides which of them a request meets first.
class Retry : public WireTest {
protected:
    Retry() { config.endpoints(*route, {endpoint.address(), second.address(), third.address()}); }
    routing::RetryPolicy& retry() { return config.policy(*route).retry; }
    /// The connection of the next attempt, whichever endpoint it goes to.
    Socket next_attempt() {
        Socket taken;
        EXPECT_TRUE(eventually([&] {
            for (Endpoint* one : {&endpoint, &second, &third})
                if (!one->nobody_connected()) {
                    taken = one->accept();
                    return true;
                }
            return false;
        })) << "the proxy did not connect";
        return taken;
    }
    bool no_more_attempts() {
        return endpoint.nobody_connected() && second.nobody_connected() && third.nobody_connected();
    }

    Endpoint second;
    Endpoint third;
};

TEST_F(Retry, RefusedConnectionMovesOnForEveryMethod) {
    config.endpoints(*route, {nobody(), endpoint.address(), nobody()});
    start();
    auto client = this->client();
    Socket upstream;
    for (const char* request : {kGet, kPost, kGet, kPost}) {
        client.send(request);
        if (!upstream.valid()) upstream = endpoint.accept();
        upstream.read_until(request == kGet ? "\r\n\r\n" : "hello");
        upstream.send(kOk);
        EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 200 ")) << request;
    }
}

TEST_F(Retry, EveryEndpointRefusesIs502) {
    config.endpoints(*route, {nobody(), nobody()});
    start();
    auto client = this->client();
    client.send(kGet);
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 502 Bad Gateway\r\n"));
    client.send(kPost);
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 502 Bad Gateway\r\n"))
        << "the client's connection lives on";
}

TEST_F(Retry, EndsAfterThreeTriesAtDifferentEndpoints) {
    Endpoint fourth;
    config.endpoints(*route, {endpoint.address(), second.address(), third.address(), fourth.address()});
    start();
    auto client = this->client();
    client.send(kGet);
    int tried = 0;
    std::set<const Endpoint*> different;
    ASSERT_TRUE(eventually([&] {
        for (Endpoint* one : {&endpoint, &second, &third, &fourth})
            if (!one->nobody_connected()) {
                auto upstream = one->accept();
                upstream.read_until("\r\n\r\n");
                different.insert(one);
                ++tried;
            }
        return tried == 3;
    }));
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 502 "));
    EXPECT_EQ(different.size(), 3u);
    EXPECT_TRUE(no_more_attempts() && fourth.nobody_connected());
}

TEST_F(Retry, OffMeansOneTry) {
    retry().conditions = 0;
    start();
    auto client = this->client();
    client.send(kGet);
    next_attempt().read_until("\r\n\r\n");
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 502 "));
    EXPECT_TRUE(no_more_attempts());
}

TEST_F(Retry, StatusMovesOnWhenItIsACondition) {
    retry().conditions |= routing::retry_http_503;
    start();
    auto client = this->client();
    client.send(kGet);
    auto busy = next_attempt();
    busy.read_until("\r\n\r\n");
    busy.send(kBusy);
    auto free = next_attempt();
    EXPECT_TRUE(free.read_until("\r\n\r\n").starts_with("GET /x HTTP/1.1\r\nHost: a\r\n"));
    free.send(kOk);
    EXPECT_TRUE(client.read_response().ends_with("\r\n\r\nok"));
}

TEST_F(Retry, LastBusyAnswerIsRelayed) {
    retry().conditions |= routing::retry_http_503;
    retry().tries = 2;
    start();
    auto client = this->client();
    client.send(kGet);
    for (int i = 0; i < 2; ++i) {
        auto busy = next_attempt();
        busy.read_until("\r\n\r\n");
        busy.send(kBusy);
    }
    EXPECT_TRUE(client.read_response().ends_with("\r\n\r\nbusy"));
    EXPECT_TRUE(no_more_attempts());
}

TEST_F(Retry, StatusIsRelayedWhenItIsNoCondition) {
    start();
    auto client = this->client();
    client.send(kGet);
    auto busy = next_attempt();
    busy.read_until("\r\n\r\n");
    busy.send(kBusy);
    EXPECT_TRUE(client.read_response().ends_with("\r\n\r\nbusy"));
    EXPECT_TRUE(no_more_attempts());
}

TEST_F(Retry, StatusOfAPostIsRelayed) {
    retry().conditions |= routing::retry_http_503;
    start();
    auto client = this->client();
    client.send(kPost);
    auto busy = next_attempt();
    busy.read_until("hello");
    busy.send(kBusy);
    EXPECT_TRUE(client.read_response().ends_with("\r\n\r\nbusy"));
    EXPECT_TRUE(no_more_attempts());
}

TEST_F(Retry, SilentEndpointMovesOnAfterTheReadTimeout) {
    config.policy(*route).timeouts.read = std::chrono::seconds(1);
    start();
    auto client = this->client();
    client.send(kGet);
    auto silent = next_attempt();
    silent.read_until("\r\n\r\n");
    auto quick = next_attempt();
    quick.read_until("\r\n\r\n");
    quick.send(kOk);
    EXPECT_TRUE(client.read_response().ends_with("\r\n\r\nok"));
    EXPECT_EQ(silent.read_to_end(), "");
}

TEST_F(Retry, NoFurtherTryAfterTheNextUpstreamTimeout) {
    config.policy(*route).timeouts.read = std::chrono::seconds(1);
    retry().timeout = std::chrono::seconds(1);
    start();
    auto client = this->client();
    client.send(kGet);
    auto silent = next_attempt();
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 504 Gateway Time"));
    EXPECT_TRUE(no_more_attempts());
}

TEST_F(Retry, TimeoutOfAPostIsNotRepeated) {
    config.policy(*route).timeouts.read = std::chrono::seconds(1);
    start();
    auto client = this->client();
    client.send(kPost);
    auto silent = next_attempt();
    silent.read_until("hello");
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 504 "));
    EXPECT_TRUE(no_more_attempts());
}

TEST_F(Retry, PostIsNotRepeatedOnceItWasSent) {
    start();
    auto client = this->client();
    client.send(kPost);
    next_attempt().read_until("hello");
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 502 "));
    EXPECT_TRUE(no_more_attempts());
}

TEST_F(Retry, NonIdempotentConditionRepeatsAPostWithItsBody) {
    retry().conditions |= routing::retry_non_idempotent;
    start();
    auto client = this->client();
    client.send(kPost);
    const std::string sent = next_attempt().read_until("hello");
    auto upstream = next_attempt();
    EXPECT_EQ(upstream.read_until("hello"), sent);
    upstream.send(kOk);
    EXPECT_TRUE(client.read_response().ends_with("\r\n\r\nok"));
}

TEST_F(Retry, ChunkedBodyInMemoryIsRepeatedWhole) {
    start();
    auto client = this->client();
    client.send(
        "PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 5\r\n\r\n");
    const std::string sent = next_attempt().read_until("X-Sum: 5\r\n\r\n");
    EXPECT_TRUE(sent.ends_with("\r\n\r\n5\r\nabcde\r\n0\r\nX-Sum: 5\r\n\r\n")) << sent;
    auto upstream = next_attempt();
    EXPECT_EQ(upstream.read_until("X-Sum: 5\r\n\r\n"), sent);
    upstream.send(kOk);
    EXPECT_TRUE(client.read_response().ends_with("\r\n\r\nok"));
}

TEST_F(Retry, BodyThatWentThroughIsNotRepeated) {
    start();
    auto client = this->client();
    client.send("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
    {
        auto upstream = next_attempt();
        upstream.read_until("\nabc");
        client.send("de");
        upstream.read_until("de");
    }
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 502 "));
    EXPECT_TRUE(no_more_attempts());
}

TEST_F(Retry, InvalidResponseMovesOnWhenItIsACondition) {
    retry().conditions |= routing::retry_invalid_header;
    start();
    auto client = this->client();
    client.send(kGet);
    auto broken = next_attempt();
    broken.read_until("\r\n\r\n");
    broken.send("HTTP/1.1 2x0 OK\r\n\r\n");
    auto upstream = next_attempt();
    upstream.read_until("\r\n\r\n");
    upstream.send(kOk);
    EXPECT_TRUE(client.read_response().ends_with("\r\n\r\nok"));
}

TEST_F(Retry, InvalidResponseIs502ByDefault) {
    start();
    auto client = this->client();
    client.send(kGet);
    auto broken = next_attempt();
    broken.read_until("\r\n\r\n");
    broken.send("HTTP/1.1 2x0 OK\r\n\r\n");
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 502 "));
    EXPECT_TRUE(no_more_attempts());
}

/// One endpoint, whose connections the proxy keeps.
class KeptConnection : public WireTest {
protected:
    /// Leaves `count` idle connections in the pool; the endpoint's ends of them.
    std::vector<Socket> keep(std::size_t count) {
        std::vector<Socket> clients(count);
        std::vector<Socket> upstreams;
        for (auto& one : clients) {
            one = client();
            one.send(kGet);
            upstreams.push_back(endpoint.accept());
        }
        for (auto& one : upstreams) {
            one.read_until("\r\n\r\n");
            one.send(kOk);
        }
        for (auto& one : clients) EXPECT_TRUE(one.read_response().ends_with("ok"));
        EXPECT_TRUE(eventually([&] { return server->metrics().connections.upstream_idle == count; }));
        return upstreams;
    }
};

TEST_F(KeptConnection, ClosedUnderAGetIsRetriedUnseen) {
    config.policy(*route).retry.conditions = 0;  // no try is used up, so this holds without any
    start();
    auto kept = keep(1);
    auto client = this->client();
    client.send(kGet);
    kept[0].read_until("\r\n\r\n");
    kept[0].close();
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    upstream.send(kOk);
    EXPECT_TRUE(client.read_response().ends_with("\r\n\r\nok"));
}

TEST_F(KeptConnection, OneThatWasClosedIsEnoughToDistrustAll) {
    start();
    auto kept = keep(6);
    auto client = this->client();
    client.send(kGet);
    for (auto& one : kept) one.reset();
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    upstream.send(kOk);
    EXPECT_TRUE(client.read_response().ends_with("\r\n\r\nok"));
}

TEST_F(KeptConnection, ClosedBeforeAPostIsNotUsed) {
    start();
    for (int round = 0; round < 20; ++round) {
        auto kept = keep(1);
        auto client = this->client();
        kept[0].close();
        client.send(kPost);
        auto upstream = endpoint.accept();
        upstream.read_until("hello");
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
        EXPECT_TRUE(client.read_response().ends_with("\r\n\r\nok"));
    }
}

TEST_F(KeptConnection, ClosedUnderAPostIs502) {
    start();
    auto kept = keep(1);
    auto client = this->client();
    client.send(kPost);
    kept[0].read_until("hello");
    kept[0].close();
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 502 ")) << "the endpoint may have acted on it";
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(KeptConnection, ClosedInTheMiddleOfAHeadIsNotStale) {
    config.policy(*route).retry.conditions = 0;
    start();
    auto kept = keep(1);
    auto client = this->client();
    client.send(kGet);
    kept[0].read_until("\r\n\r\n");
    kept[0].send("HTTP/1.1 20");
    kept[0].close();
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 502 "));
    EXPECT_TRUE(endpoint.nobody_connected());
}

}  // namespace
}  // namespace fairway::wire
