// What a request and its response look like on both sides of the proxy.
#include "wire/wire_fixture.hpp"

namespace fairway::wire {
namespace {

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

class Forwarding : public WireTest {};

TEST_F(Forwarding, RelaysRequestAndResponse) {
    start();
    auto client = this->client();
    client.send("GET /a%20b?x=1 HTTP/1.1\r\nHost: Shop.example:8080\r\nUser-Agent: t\r\n\r\n");
    auto upstream = endpoint.accept();
    const auto request = upstream.read_until("\r\n\r\n");
    EXPECT_TRUE(request.starts_with("GET /a%20b?x=1 HTTP/1.1\r\nHost: Shop.example:8080\r\n")) << request;
    EXPECT_NE(request.find("X-Real-IP: 127.0.0.1\r\n"), std::string::npos) << request;
    upstream.send("HTTP/1.1 200 OK\r\nServer: x\r\nX-App: 1\r\nContent-Length: 5\r\n\r\nhello");
    const auto response = client.read_response();
    EXPECT_TRUE(response.starts_with("HTTP/1.1 200 OK\r\n")) << response;
    EXPECT_NE(response.find("X-App: 1\r\n"), std::string::npos);
    EXPECT_EQ(response.find("Server:"), std::string::npos);
    EXPECT_TRUE(response.ends_with("\r\n\r\nhello"));
}

TEST_F(Forwarding, KeepsBothConnectionsAlive) {
    start();
    auto client = this->client();
    client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    upstream.send(kOk);
    client.read_response();
    client.send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(upstream.read_until("\r\n\r\n").starts_with("GET /2 "));
    upstream.send(kOk);
    EXPECT_TRUE(client.read_response().ends_with("ok"));
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(Forwarding, AnswersPipelinedRequestsInOrder) {
    start();
    auto client = this->client();
    client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
    auto upstream = endpoint.accept();
    EXPECT_TRUE(upstream.read_until("\r\n\r\n").starts_with("GET /1 "));
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none");
    EXPECT_TRUE(upstream.read_until("\r\n\r\n").starts_with("GET /2 "));
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo");
    EXPECT_TRUE(client.read_response().ends_with("one"));
    EXPECT_TRUE(client.read_response().ends_with("two"));
}

TEST_F(Forwarding, StreamsAnUploadWhileTheResponseComes) {
    start();
    auto client = this->client();
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    auto upstream = endpoint.accept();
    const auto head = upstream.read_until("\r\n\r\n");
    EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), std::string::npos) << head;
    EXPECT_EQ(upstream.read_until("abc\r\n"), "3\r\nabc\r\n");
    upstream.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    EXPECT_TRUE(client.read_until("abc\r\n").ends_with("3\r\nabc\r\n"));
    client.send("2\r\nde\r\n0\r\nX-Sum: 5\r\n\r\n");
    EXPECT_EQ(upstream.read_until("X-Sum: 5\r\n\r\n"), "2\r\nde\r\n0\r\nX-Sum: 5\r\n\r\n");
    upstream.send("2\r\nde\r\n0\r\nX-Total: 5\r\n\r\n");
    EXPECT_EQ(client.read_until("X-Total: 5\r\n\r\n"), "2\r\nde\r\n0\r\nX-Total: 5\r\n\r\n");
}

TEST_F(Forwarding, AnswersExpectItself) {
    start();
    auto client = this->client();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    auto upstream = endpoint.accept();
    const auto head = upstream.read_until("\r\n\r\n");
    EXPECT_EQ(head.find("Expect"), std::string::npos);
    EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("hi");
    EXPECT_EQ(upstream.read_exactly(2), "hi");
    upstream.send(kOk);
    EXPECT_TRUE(client.read_response().ends_with("ok"));
}

TEST_F(Forwarding, TunnelsAnUpgrade) {
    start();
    auto client = this->client();
    client.send("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    auto upstream = endpoint.accept();
    const auto head = upstream.read_until("\r\n\r\n");
    EXPECT_NE(head.find("Upgrade: websocket\r\n"), std::string::npos) << head;
    upstream.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nfirst");
    EXPECT_TRUE(client.read_until("first").ends_with("\r\n\r\nfirst"));
    client.send("ping");
    EXPECT_EQ(upstream.read_exactly(4), "ping");
    upstream.send("pong");
    EXPECT_EQ(client.read_exactly(4), "pong");
    client.shutdown_write();
    EXPECT_EQ(upstream.read_to_end(), "");
    upstream.send("bye");
    upstream.close();
    EXPECT_EQ(client.read_to_end(), "bye");
}

}  // namespace
}  // namespace fairway::wire
