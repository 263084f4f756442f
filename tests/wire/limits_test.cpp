// Limits and time-outs of the client's side: heads, bodies, requests on a connection.
#include "wire/hostile_fixture.hpp"

namespace fairway::wire {
namespace {

using namespace std::chrono_literals;

class Limits : public HostileTest {
protected:
    routing::DownstreamSettings& downstream() { return config.settings.downstream; }
    routing::RoutePolicy& policy() { return config.policy(*route); }

    void expect_refused(std::string_view request, std::string_view status) {
        const std::string answer = answer_to(std::string(request) + std::string(kPoison));
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + std::string(status) + "\r\n")) << answer.substr(0, 200);
        EXPECT_TRUE(contains(answer, "\r\nConnection: close\r\n")) << answer.substr(0, 400);
        EXPECT_EQ(responses_in(answer), 1u);
        EXPECT_TRUE(endpoint.nobody_connected());
    }
    void expect_passed(const std::string& request, std::string_view request_line, const std::string& fields) {
        auto client = this->client();
        client.send(request);
        auto upstream = endpoint.accept();
        const std::string expected = forwarded(request_line, "a", fields);
        EXPECT_EQ(upstream.read_exactly(expected.size()), expected);
        upstream.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
        EXPECT_TRUE(client.read_response().ends_with("\r\n\r\nok"));
    }
};

// --- heads ---

TEST_F(Limits, TargetTooLongIs414) {
    start();
    const std::string longest = "/" + repeat("a", 8191);
    expect_passed("GET " + longest + " HTTP/1.1\r\nHost: a\r\n\r\n", "GET " + longest, "");
    expect_refused("GET " + longest + "a HTTP/1.1\r\nHost: a\r\n\r\n", "414 Request-URI Too Large");
    expect_refused("GET /" + repeat("a", 40000), "414 Request-URI Too Large");  // also when it never ends
}

TEST_F(Limits, FieldTooLongIs431) {
    start();
    const std::string longest = "X: " + repeat("y", 8192 - 5) + "\r\n";
    expect_passed("GET / HTTP/1.1\r\nHost: a\r\n" + longest + "\r\n", "GET /", longest);
    expect_refused("GET / HTTP/1.1\r\nHost: a\r\nX: y" + longest.substr(3) + "\r\n",
                   "431 Request Header Fields Too Large");
    expect_refused("GET / HTTP/1.1\r\nHost: a\r\nX: " + repeat("y", 9000), "431 Request Header Fields Too Large");
    expect_refused("GET / HTTP/1.1\r\nHost: a\r\n" + repeat("y", 9000), "431 Request Header Fields Too Large");
}

TEST_F(Limits, HeadTooLongIs431) {
    start();
    const std::string field = "X: " + repeat("y", 8000) + "\r\n";
    expect_refused("GET / HTTP/1.1\r\nHost: a\r\n" + repeat(field, 4) + "Y: " + repeat("z", 800) + "\r\n\r\n",
                   "431 Request Header Fields Too Large");
    expect_refused("GET / HTTP/1.1\r\nHost: a\r\n" + repeat(field, 9), "431 Request Header Fields Too Large");
}

TEST_F(Limits, TooManyFieldsIs431) {
    start();
    expect_passed("GET / HTTP/1.1\r\nHost: a\r\n" + repeat("X: y\r\n", 199) + "\r\n", "GET /", repeat("X: y\r\n", 199));
    expect_refused("GET / HTTP/1.1\r\nHost: a\r\n" + repeat("X: y\r\n", 200) + "\r\n",
                   "431 Request Header Fields Too Large");
}

TEST_F(Limits, SlowHeadIs408) {
    downstream().header_timeout = 1s;
    start();
    auto client = this->client();
    client.send("GET / HTTP/1.1\r\nHost:");
    const std::string answer = client.read_to_end();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 408 Request Time-out\r\n")) << answer;
    EXPECT_TRUE(contains(answer, "\r\nConnection: close\r\n")) << answer;
    EXPECT_TRUE(endpoint.nobody_connected());
}

// The limit is for the whole head: bytes that trickle in do not renew it.
TEST_F(Limits, TricklingHeadIs408) {
    downstream().header_timeout = 1s;
    start();
    auto client = this->client();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n");
    const auto begun = std::chrono::steady_clock::now();
    while (!client.wait_readable(100ms)) {
        client.send("X: y\r\n");
        ASSERT_LT(std::chrono::steady_clock::now() - begun, kPatience) << "the trickle renewed the limit";
    }
    EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 408 Request Time-out\r\n"));
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(Limits, SilentConnectionIsClosedWithoutAWord) {
    downstream().header_timeout = 1s;
    start();
    EXPECT_EQ(answer_to(""), "");
}

TEST_F(Limits, IdleConnectionIsClosedWithoutAWord) {
    downstream().keep_alive = 1s;
    start();
    auto client = this->client();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    upstream.send(kOk);
    EXPECT_TRUE(client.read_response().ends_with("ok"));
    EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(Limits, HeadCutByTheClientIsForgotten) {
    start();
    auto client = this->client();
    client.send("GET / HTTP/1.1\r\nHost: a\r\nX: ");
    client.shutdown_write();
    EXPECT_EQ(client.read_to_end(), "");
    EXPECT_TRUE(endpoint.nobody_connected());
    expect_served_normally();
}

// --- bodies ---

TEST_F(Limits, DeclaredBodyOverTheLimitIs413) {
    policy().body_limit.max_bytes = 10;
    start();
    expect_passed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789", "POST /",
                  "Content-Length: 10\r\n");
    auto client = this->client();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n");
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 413 Request Entity Too Large\r\n"));
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(Limits, DeclaredHugeBodyIs413AndNotRead) {
    start();
    auto client = this->client();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775807\r\n\r\n" + repeat("x", 300000));
    const std::string answer = client.read_until("</html>\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 Request Entity Too Large\r\n")) << answer;
    EXPECT_TRUE(contains(answer, "\r\nConnection: close\r\n")) << answer;
    EXPECT_EQ(client.read_to_end(), "");
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(Limits, ChunkedBodyOverTheLimitAtOnceIs413) {
    policy().body_limit.max_bytes = 10;
    start();
    auto client = this->client();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n0123456789a\r\n0\r\n\r\n");
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 413 Request Entity Too Large\r\n"));
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(Limits, ChunkedBodyThatGrowsOverTheLimitIs413AndCutTowardsTheEndpoint) {
    policy().body_limit.max_bytes = 10;
    start();
    auto client = this->client();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n");
    auto upstream = endpoint.accept();
    const std::string begun = forwarded("POST /", "a", "Transfer-Encoding: chunked\r\n") + "5\r\n01234\r\n";
    EXPECT_EQ(upstream.read_exactly(begun.size()), begun);
    client.send("6\r\n56789a\r\n0\r\n\r\n");
    EXPECT_EQ(upstream.read_to_end(), "[reset]");
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 413 Request Entity Too Large\r\n"));
}

// The rest is in the socket already when forwarding begins: the refusal must not wait for an answer of the endpoint.
TEST_F(Limits, ChunkedBodyOverTheLimitInOneGoIs413AtOnce) {
    policy().body_limit.max_bytes = 20000;
    start();
    auto client = this->client();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nea60\r\n" + repeat("x", 60000) +
                "\r\n0\r\n\r\n");
    const std::string answer = client.read_response();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 Request Entity Too Large\r\n")) << answer;
    auto upstream = endpoint.accept();
    EXPECT_TRUE(upstream.read_to_end().ends_with("[reset]"));
}

TEST_F(Limits, BodyOverTheLimitAfterTheResponseBeganCutsIt) {
    policy().body_limit.max_bytes = 10;
    start();
    auto client = this->client();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n");
    auto upstream = endpoint.accept();
    upstream.read_until("01234\r\n");
    upstream.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n");
    EXPECT_TRUE(client.read_until("hi\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
    client.send("6\r\n56789a\r\n");
    EXPECT_EQ(upstream.read_to_end(), "[reset]");
    EXPECT_FALSE(contains(client.read_to_end(), "0\r\n\r\n"));
}

TEST_F(Limits, SlowBodyIs408) {
    downstream().body_timeout = 1s;
    start();
    auto client = this->client();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234");
    auto upstream = endpoint.accept();
    EXPECT_TRUE(upstream.read_until("\n01234").ends_with("\r\n\r\n01234"));
    EXPECT_EQ(upstream.read_to_end(), "[reset]");
    const std::string answer = client.read_to_end();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 408 Request Time-out\r\n")) << answer;
    EXPECT_TRUE(contains(answer, "\r\nConnection: close\r\n")) << answer;
}

// While a body is on its way the endpoint owes no answer: proxy-read-timeout begins when it has all of it.
TEST_F(Limits, SlowBodyIsNotTheEndpointsFault) {
    policy().timeouts.read = 1s;
    downstream().body_timeout = 60s;
    start();
    auto client = this->client();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n1");
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n1");
    EXPECT_FALSE(client.wait_readable(1200ms));
    client.send("23");
    EXPECT_EQ(upstream.read_exactly(2), "23");
    upstream.send(kOk);
    EXPECT_TRUE(client.read_response().ends_with("ok"));
}

TEST_F(Limits, EndpointThatTakesNoBodyIs504) {
    policy().timeouts.send = 1s;
    policy().timeouts.read = 60s;
    policy().body_limit.max_bytes = 0;
    start();
    auto client = this->client();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n");
    auto upstream = endpoint.accept();
    client.send_until_blocked(1000000000);
    const std::string answer = client.read_until("</html>\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 504 Gateway Time-out\r\n")) << answer;
}

// --- connections ---

TEST_F(Limits, ConnectionEndsAfterKeepAliveRequests) {
    downstream().keep_alive_requests = 2;
    start();
    auto client = this->client();
    client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n" + std::string(kPoison));
    auto upstream = endpoint.accept();
    EXPECT_EQ(upstream.read_until("\r\n\r\n"), forwarded("GET /1", "a"));
    upstream.send(kOk);
    EXPECT_EQ(upstream.read_until("\r\n\r\n"), forwarded("GET /2", "a"));
    upstream.send(kOk);
    EXPECT_FALSE(contains(client.read_response(), "Connection: close"));
    const std::string last = client.read_to_end();
    EXPECT_TRUE(contains(last, "\r\nConnection: close\r\n")) << last;
    EXPECT_EQ(responses_in(last), 1u) << last;
    EXPECT_EQ(rest_sent_to(upstream), "");
}

TEST_F(Limits, KeepAliveZeroClosesAfterEachResponse) {
    downstream().keep_alive = 0s;
    start();
    auto client = this->client();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    upstream.send(kOk);
    EXPECT_TRUE(contains(client.read_to_end(), "\r\nConnection: close\r\n"));
}

// Pipelined requests wait their turn unread: a client cannot make the proxy hold more than a buffer of them.
TEST_F(Limits, PipelinedRequestsAreServedOneAtATime) {
    start();
    auto client = this->client();
    constexpr int kRequests = 200;
    client.send(repeat("GET /n HTTP/1.1\r\nHost: a\r\nX: " + repeat("y", 500) + "\r\n\r\n", kRequests));
    auto upstream = endpoint.accept();
    const std::string expected = forwarded("GET /n", "a", "X: " + repeat("y", 500) + "\r\n");
    for (int request = 0; request < kRequests; ++request) {
        ASSERT_EQ(upstream.read_until("\r\n\r\n"), expected) << request;
        let_proxy_work();
        ASSERT_FALSE(upstream.wait_readable(0ms)) << "a second request before the first was answered";
        upstream.send(kOk);
    }
    for (int request = 0; request < kRequests; ++request)
        ASSERT_TRUE(client.read_response().ends_with("ok")) << request;
    EXPECT_EQ(rest_sent_to(upstream), "");
}

}  // namespace
}  // namespace fairway::wire
