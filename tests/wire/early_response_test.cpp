// Ends that come before their time: answers before the request's body, clients that leave, expectations that fail.
#include <future>

#include "wire/hostile_fixture.hpp"
#include "wire/http2_client.hpp"

namespace fairway::wire {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMuch = 64 * 1024 * 1024;  // more than all sockets on the way hold together

std::string post(const std::string& fields, const std::string& body = "") {
    return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}

class EarlyResponse : public HostileTest {
protected:
    EarlyResponse() { config.policy(*route).body_limit.max_bytes = 0; }
};

TEST_F(EarlyResponse, IsRelayedAndTheRestIsNotForwarded) {
    start();
    auto client = this->client();
    client.send(post("Content-Length: 10\r\n", "01234"));
    auto upstream = endpoint.accept();
    const std::string begun = forwarded("POST /", "a", "Content-Length: 10\r\n") + "01234";
    EXPECT_EQ(upstream.read_exactly(begun.size()), begun);
    upstream.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno");
    EXPECT_TRUE(client.read_response().ends_with("\r\n\r\nno"));
    EXPECT_EQ(upstream.read_to_end(), "[reset]");  // it must not wait for a rest that will not come
    client.send("56789" + std::string(kPoison));
    EXPECT_EQ(client.read_to_end(), "");
    EXPECT_TRUE(endpoint.nobody_connected());
    expect_served_normally();
}

// An endpoint that answers and closes without reading: its answer decides, not the failed write.
TEST_F(EarlyResponse, BeforeALargeRestReachesAClientThatIsStillSending) {
    start();
    auto client = this->client();
    client.send(post("Content-Length: 1000000000\r\n"));
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    client.send_until_blocked(kMuch);
    upstream.send("HTTP/1.1 413 Request Entity Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno");
    upstream.close();
    const std::string answer = client.read_response();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ") && answer.ends_with("\r\n\r\nno")) << answer;
    expect_served_normally();
}

TEST_F(EarlyResponse, WithTheWholeBodyBehindItKeepsTheConnection) {
    start();
    auto client = this->client();
    client.send(post("Content-Length: 10\r\n", "01234"));
    auto upstream = endpoint.accept();
    upstream.read_until("\n01234");
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");
    EXPECT_TRUE(client.read_until("\r\n\r\nab").starts_with("HTTP/1.1 200 OK\r\n"));
    client.send("56789GET /two HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(upstream.read_exactly(5), "56789");
    upstream.send("cd");
    EXPECT_EQ(client.read_exactly(2), "cd");
    EXPECT_EQ(upstream.read_until("\r\n\r\n"), forwarded("GET /two", "a"));
    upstream.send(kOk);
    EXPECT_TRUE(client.read_response().ends_with("ok"));
}

TEST_F(EarlyResponse, OfAnEndpointThatBreaksInTheUploadIs502) {
    start();
    for (const bool reset : {false, true}) {
        auto client = this->client();
        client.send(post("Content-Length: 10\r\n", "01234"));
        auto upstream = endpoint.accept();
        upstream.read_until("\n01234");
        reset ? upstream.reset() : upstream.close();
        const std::string answer = client.read_response();
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 502 Bad Gateway\r\n")) << answer;
        EXPECT_TRUE(contains(answer, "\r\nConnection: close\r\n")) << answer;
        EXPECT_TRUE(endpoint.nobody_connected()) << "half a body must not be repeated";
    }
}

// --- Expect: 100-continue ---

constexpr const char* kExpect = "Expect: 100-continue\r\n";

TEST_F(EarlyResponse, TooLargeIsToldInsteadOfContinue) {
    config.policy(*route).body_limit.max_bytes = 10;
    start();
    auto client = this->client();
    client.send(post(kExpect + std::string("Content-Length: 11\r\n")));
    const std::string answer = client.read_to_end();  // closed: whether the body follows is not known
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 Request Entity Too Large\r\n")) << answer;
    EXPECT_TRUE(contains(answer, "\r\nConnection: close\r\n")) << answer;
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(EarlyResponse, NoEndpointsIsToldInsteadOfContinue) {
    config = SnapshotBuilder();
    config.route("_", "/", {});
    start();
    auto client = this->client();
    client.send(post(kExpect + std::string("Content-Length: 46\r\n")));
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 503 Service Temporarily Unavailable\r\n"));
    client.send(kPoison);  // a body, or a request? Nobody can know
    EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(EarlyResponse, ContinueIsNotSaidToABodyThatIsThere) {
    start();
    auto client = this->client();
    client.send(post(kExpect + std::string("Content-Length: 2\r\n"), "hi"));
    auto upstream = endpoint.accept();
    upstream.read_until("hi");
    upstream.send(kOk);
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_F(EarlyResponse, ContinueIsNotSaidToHttp10) {
    start();
    auto client = this->client();
    client.send("POST / HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    client.send("hi");
    EXPECT_EQ(upstream.read_exactly(2), "hi");
    upstream.send(kOk);
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_F(EarlyResponse, ContinueIsSaidOnceAndTheEndpointsOwnIsDropped) {
    start();
    auto client = this->client();
    client.send(post(kExpect + std::string("Transfer-Encoding: chunked\r\n")));
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    upstream.send("HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("2\r\nhi\r\n");
    EXPECT_EQ(upstream.read_until("hi\r\n"), "2\r\nhi\r\n");
    client.send("0\r\n\r\n");
    EXPECT_EQ(upstream.read_until("0\r\n\r\n"), "0\r\n\r\n");
    upstream.send(kOk);
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_F(EarlyResponse, BodyThatNeverFollowsContinueIs408) {
    config.settings.downstream.body_timeout = 1s;
    start();
    auto client = this->client();
    client.send(post(kExpect + std::string("Content-Length: 2\r\n")));
    EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 408 Request Time-out\r\n"));
}

// --- clients that leave ---

class LeavingClient : public EarlyResponse {};

TEST_F(LeavingClient, EndsTheEndpointsWork) {
    start();
    for (const bool reset : {false, true}) {
        auto client = this->client();
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        auto upstream = endpoint.accept();
        upstream.read_until("\r\n\r\n");
        reset ? client.reset() : client.close();
        EXPECT_TRUE(upstream.closed_by_peer());
    }
    expect_served_normally();
}

// As in nginx: who ends his side of the connection is gone. TCP cannot tell a half-closed client from a closed one.
TEST_F(LeavingClient, HalfClosedCountsAsGone) {
    start();
    auto client = this->client();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    client.shutdown_write();
    EXPECT_TRUE(upstream.closed_by_peer());
    EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(LeavingClient, InItsBodyLeavesACutBodyBehind) {
    start();
    for (const std::string framing : {"Content-Length: 10\r\n", "Transfer-Encoding: chunked\r\n"}) {
        auto client = this->client();
        client.send(post(framing, framing[0] == 'C' ? "01234" : "5\r\n01234\r\n"));
        auto upstream = endpoint.accept();
        upstream.read_until("\n01234");
        client.shutdown_write();
        const std::string rest = upstream.read_to_end();
        EXPECT_TRUE(rest.ends_with("[reset]")) << rest;
        EXPECT_FALSE(contains(rest, "0\r\n\r\n")) << rest;
        EXPECT_EQ(client.read_to_end(), "");
    }
    expect_served_normally();
}

TEST_F(LeavingClient, InItsResponseEndsTheEndpointsConnection) {
    start();
    auto client = this->client();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\nbegun");
    client.read_until("begun");
    client.reset();
    upstream.send_until_blocked(kMuch);
    EXPECT_TRUE(upstream.closed_by_peer());
    expect_served_normally();
}

TEST_F(LeavingClient, WithRequestsInThePipeLeavesThemUnserved) {
    start();
    auto client = this->client();
    client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n" + std::string(kPoison));
    auto upstream = endpoint.accept();
    EXPECT_EQ(upstream.read_until("\r\n\r\n"), forwarded("GET /1", "a"));
    client.reset();
    EXPECT_EQ(upstream.read_to_end(), "");
    expect_served_normally();
}

// --- peers that do not read ---

class SlowReader : public EarlyResponse {};

TEST_F(SlowReader, OfAResponseSlowsTheEndpointDown) {
    start();
    auto client = this->client();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kMuch) + "\r\n\r\n");
    const std::size_t taken = upstream.send_until_blocked(kMuch);
    EXPECT_LT(taken, kMuch);
    // Nothing is lost when it goes on.
    auto received = std::async(std::launch::async, [&] { return client.read_response().size(); });
    upstream.send(std::string(kMuch - taken, 'x'));
    EXPECT_GT(received.get(), kMuch);
}

TEST_F(SlowReader, OfARequestSlowsTheClientDown) {
    start();
    auto client = this->client();
    client.send(post("Content-Length: " + std::to_string(kMuch) + "\r\n"));
    auto upstream = endpoint.accept();
    const std::size_t taken = client.send_until_blocked(kMuch);
    EXPECT_LT(taken, kMuch);
    auto received = std::async(std::launch::async, [&] {
        upstream.read_until("\r\n\r\n");
        return upstream.read_exactly(kMuch).size();
    });
    client.send(std::string(kMuch - taken, 'x'));
    EXPECT_EQ(received.get(), kMuch);
}

TEST_F(SlowReader, OfAResponseIsGivenUpAfterAWhile) {
    config.settings.downstream.send_timeout = 1s;
    start();
    auto client = this->client();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kMuch) + "\r\n\r\n");
    upstream.send_until_blocked(kMuch);
    EXPECT_TRUE(upstream.closed_by_peer());
    expect_served_normally();
}

// Over HTTP/2 the rest of the request is declined with a reset, which must not overtake the answer.
TEST_F(EarlyResponse, WithoutBodyReachesAnHttp2ClientThatStillSends) {
    start();
    for (const std::string status : {"204 No Content", "304 Not Modified"}) {
        Http2Client client(server->http_port());
        const auto stream = client.request(
            {{":method", "PUT"}, {":scheme", "http"}, {":path", "/"}, {":authority", "a"}}, Http2Client::End::no);
        client.send(stream, "begun");
        auto upstream = endpoint.accept();
        upstream.read_until("begun");
        upstream.send("HTTP/1.1 " + status + "\r\n\r\n");
        const auto& answer = client.head_of(stream);
        EXPECT_EQ(answer.status(), status.substr(0, 3));
        EXPECT_TRUE(client.until([&] { return answer.reset.has_value(); }));
        EXPECT_EQ(answer.reset, std::optional<std::uint32_t>(NGHTTP2_NO_ERROR));
    }
}

}  // namespace
}  // namespace fairway::wire
