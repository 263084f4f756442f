// What a client gets when things go wrong: a row of the table in docs/life-of-a-request.md each, limits and time-outs of
// the client's side aside (limits_test.cpp).
#include "wire/hostile_fixture.hpp"
#include "wire/unreachable.hpp"

namespace fairway::wire {
namespace {

using namespace std::chrono_literals;

constexpr const char* kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr const char* kPost = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";

/// An address of this machine where nobody listens.
SocketAddress nowhere() { return Endpoint().address(); }

class ErrorTable : public HostileTest {
protected:
    /// Sends a request on a new connection; gives the answer and makes sure that the connection can go on.
    std::string answer_and_go_on(std::string_view request) {
        auto client = this->client();
        client.send(request);
        const std::string answer = client.read_response();
        client.send("GET /a%00 HTTP/1.1\r\nHost: a\r\n\r\n");
        EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 400 "))
            << "the connection did not go on after: " << answer;
        return answer;
    }
    routing::RoutePolicy& policy() { return config.policy(*route); }
};

TEST_F(ErrorTable, UnknownHostIs404FromTheDefaultBackend) {
    config = SnapshotBuilder();
    config.route("known.example", "/", {endpoint.address()});
    start();
    EXPECT_TRUE(
        answer_and_go_on("GET / HTTP/1.1\r\nHost: unknown.example\r\n\r\n").starts_with("HTTP/1.1 404 Not Found\r\n"));
    EXPECT_TRUE(
        answer_and_go_on("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").starts_with("HTTP/1.1 404 Not Found\r\n"));
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(ErrorTable, UnknownPathIs404) {
    config = SnapshotBuilder();
    config.route("a", "/app", {endpoint.address()});
    start();
    EXPECT_TRUE(
        answer_and_go_on("GET /application HTTP/1.1\r\nHost: a\r\n\r\n").starts_with("HTTP/1.1 404 Not Found\r\n"));
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(ErrorTable, NoEndpointsIs503) {
    config = SnapshotBuilder();
    config.route("_", "/", {});
    start();
    EXPECT_TRUE(answer_and_go_on(kGet).starts_with("HTTP/1.1 503 Service Temporarily Unavailable\r\n"));
    EXPECT_TRUE(answer_and_go_on(kPost).starts_with("HTTP/1.1 503 Service Temporarily Unavailable\r\n"));
}

TEST_F(ErrorTable, RouteThatMustNotServeIs503) {
    policy().denied = "auth-url names no Service";
    start();
    const std::string answer = answer_and_go_on(kGet);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 Service Temporarily Unavailable\r\n"));
    EXPECT_FALSE(contains(answer, "auth-url")) << "the reason is for the operator";
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(ErrorTable, ConnectRefusedIs502) {
    config = SnapshotBuilder();
    config.route("_", "/", {nowhere(), nowhere(), nowhere(), nowhere()});
    start();
    const std::string answer = answer_and_go_on(kGet);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 502 Bad Gateway\r\n"));
    EXPECT_FALSE(contains(answer, "127.0.0.1")) << "addresses of endpoints are nobody's business";
}

TEST_F(ErrorTable, ConnectRefusedMovesOnToTheNextEndpoint) {
    config = SnapshotBuilder();
    config.settings.forwarded.generate_request_id = false;
    config.route("_", "/", {nowhere(), nowhere(), endpoint.address()});
    start();
    for (int request = 0; request < 3; ++request) {  // from wherever round robin begins
        auto client = this->client();
        client.send(kPost);
        auto upstream = endpoint.accept();
        const std::string expected = forwarded("POST /", "a", "Content-Length: 2\r\n") + "hi";
        EXPECT_EQ(upstream.read_exactly(expected.size()), expected);
        upstream.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
        EXPECT_TRUE(client.read_response().ends_with("ok"));
    }
}

TEST_F(ErrorTable, ConnectTimeoutIs504) {
    const Unreachable slow;
    config = SnapshotBuilder();
    auto& only = config.route("_", "/", {slow.address()});
    config.policy(only).timeouts.connect = 1s;
    config.policy(only).retry.conditions = 0;
    start();
    EXPECT_TRUE(answer_and_go_on(kGet).starts_with("HTTP/1.1 504 Gateway Time-out\r\n"));
}

TEST_F(ErrorTable, ConnectTimeoutMovesOnToTheNextEndpoint) {
    const Unreachable slow;
    config = SnapshotBuilder();
    auto& both = config.route("_", "/", {slow.address(), endpoint.address()});
    config.policy(both).timeouts.connect = 1s;
    start();
    for (int request = 0; request < 2; ++request) {
        auto client = this->client();
        client.send(kGet);
        auto upstream = endpoint.accept();
        upstream.read_until("\r\n\r\n");
        upstream.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
        EXPECT_TRUE(client.read_response().ends_with("ok"));
    }
}

TEST_F(ErrorTable, NoAnswerInTimeIs504) {
    policy().timeouts.read = 1s;
    policy().retry.conditions = 0;
    start();
    auto client = this->client();
    client.send(kGet);
    auto upstream = endpoint.accept();
    EXPECT_EQ(upstream.read_to_end(), forwarded("GET /", "a"));
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 504 Gateway Time-out\r\n"));
}

TEST_F(ErrorTable, HalfAHeadInTimeIs504) {
    policy().timeouts.read = 1s;
    policy().retry.conditions = 0;
    start();
    auto client = this->client();
    client.send(kGet);
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    upstream.send("HTTP/1.1 200 OK\r\nX-Begun: 1\r\n");
    const std::string answer = client.read_response();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 504 Gateway Time-out\r\n"));
    EXPECT_FALSE(contains(answer, "X-Begun"));
    EXPECT_TRUE(upstream.closed_by_peer());
}

// proxy-next-upstream-tries is 3 by default, and a GET may be repeated.
TEST_F(ErrorTable, ClosedWithoutAnswerIs502AfterAllTries) {
    start();
    auto client = this->client();
    client.send(kGet);
    for (int tries = 0; tries < 3; ++tries) {
        auto upstream = endpoint.accept();
        EXPECT_EQ(upstream.read_until("\r\n\r\n"), forwarded("GET /", "a"));
    }
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 502 Bad Gateway\r\n"));
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(ErrorTable, WhatMayHaveBeenProcessedIsNotRepeated) {
    start();
    auto client = this->client();
    client.send(kPost);
    auto upstream = endpoint.accept();
    EXPECT_TRUE(upstream.read_until("hi").ends_with("\r\n\r\nhi"));
    upstream.close();
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 502 Bad Gateway\r\n"));
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(ErrorTable, RetryNonIdempotentRepeatsHeadAndBody) {
    policy().retry.conditions |= routing::retry_non_idempotent;
    start();
    auto client = this->client();
    client.send(kPost);
    endpoint.accept().reset();
    auto upstream = endpoint.accept();
    const std::string expected = forwarded("POST /", "a", "Content-Length: 2\r\n") + "hi";
    EXPECT_EQ(upstream.read_exactly(expected.size()), expected);
    upstream.send(kOk);
    EXPECT_TRUE(client.read_response().ends_with("ok"));
}

TEST_F(ErrorTable, RetriesStopAtTheirTimeout) {
    policy().timeouts.read = 1s;
    policy().retry.timeout = 1s;
    start();
    auto client = this->client();
    client.send(kGet);
    auto upstream = endpoint.accept();
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 504 Gateway Time-out\r\n"));
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(ErrorTable, EndpointThatFailsByStatusIsReplacedOnlyWhenAsked) {
    policy().retry.conditions |= routing::retry_http_503;
    policy().retry.tries = 2;
    start();
    auto client = this->client();
    client.send(kGet);
    auto first = endpoint.accept();
    first.read_until("\r\n\r\n");
    first.send("HTTP/1.1 503 Busy\r\nContent-Length: 1\r\n\r\nb");
    auto second = endpoint.accept();
    EXPECT_EQ(second.read_until("\r\n\r\n"), forwarded("GET /", "a"));
    second.send("HTTP/1.1 503 Busy Too\r\nContent-Length: 1\r\n\r\nB");
    const std::string answer = client.read_response();  // the last try's answer stands
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 Busy Too\r\n") && answer.ends_with("\r\n\r\nB")) << answer;
}

TEST_F(ErrorTable, IsJsonWhenAcceptPrefersIt) {
    config = SnapshotBuilder();
    start();
    auto client = this->client();
    client.send("GET / HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n\r\n");
    const std::string answer = client.read_response();
    EXPECT_TRUE(contains(answer, "\r\nContent-Type: application/json\r\n")) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n{\"status\":404,\"error\":\"Not Found\"}\n")) << answer;
}

TEST_F(ErrorTable, AnswersHeadWithoutABody) {
    config = SnapshotBuilder();
    start();
    auto client = this->client();
    client.send("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const std::string answer = client.read_to_end();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 404 Not Found\r\n"));
    EXPECT_TRUE(contains(answer, "\r\nContent-Length: ")) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

// What the client still sends of a body that nobody wants is thrown away, so that its next request is found.
TEST_F(ErrorTable, SkipsTheBodyThatCameWithTheRequest) {
    config = SnapshotBuilder();
    start();
    for (const std::string_view body : {"Content-Length: 46\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n2e\r\n"}) {
        auto client = this->client();
        const bool is_chunked = contains(body, "chunked");
        client.send("POST / HTTP/1.1\r\nHost: a\r\n" + std::string(body) + std::string(kPoison) +
                    (is_chunked ? "\r\n0\r\n\r\n" : "") + "GET /a%00 HTTP/1.1\r\nHost: a\r\n\r\n");
        const std::string answers = client.read_to_end();
        EXPECT_EQ(responses_in(answers), 2u) << answers;
        EXPECT_TRUE(contains(answers, "HTTP/1.1 400 Bad Request\r\n")) << answers;
    }
}

}  // namespace
}  // namespace fairway::wire
