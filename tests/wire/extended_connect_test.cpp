// WebSockets over HTTP/2 (RFC 8441): extended CONNECT on one side, Upgrade on the other.
#include "proxy/upgrade.hpp"
#include "wire/hostile_fixture.hpp"
#include "wire/http2_client.hpp"

namespace fairway::wire {
namespace {

using namespace std::chrono_literals;
using End = Http2Client::End;

const Fields kConnect = {{":method", "CONNECT"}, {":protocol", "websocket"}, {":scheme", "http"},
                         {":path", "/chat?a"},   {":authority", "a"},        {"sec-websocket-version", "13"}};

Fields operator+(Fields fields, const Fields& more) {
    fields.insert(fields.end(), more.begin(), more.end());
    return fields;
}

std::string value_of(std::string_view head, std::string_view name) {
    const auto at = head.find(std::string("\r\n") + std::string(name) + ": ");
    if (at == std::string_view::npos) return "";
    const auto begin = at + name.size() + 4;
    return std::string(head.substr(begin, head.find("\r\n", begin) - begin));
}

/// The 101 that a server gives to the handshake in `head`.
std::string switching(std::string_view head, std::string_view more = "") {
    const auto accept = proxy::websocket_accept(value_of(head, "sec-websocket-key"));
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
           std::string(accept.data(), accept.size()) + "\r\n" + std::string(more) + "\r\n";
}

class ExtendedConnect : public HostileTest {
protected:
    struct Ends {
        std::unique_ptr<Http2Client> client;
        std::int32_t stream;
        Socket upstream;
    };
    Ends open(std::uint32_t window = 65535) {
        Ends ends{std::make_unique<Http2Client>(server->http_port(), window), 0, {}};
        ends.stream = ends.client->request(kConnect, End::no);
        ends.upstream = endpoint.accept();
        ends.upstream.send(switching(ends.upstream.read_until("\r\n\r\n")));
        EXPECT_EQ(ends.client->head_of(ends.stream).status(), "200");
        return ends;
    }
    /// What the client is answered when the endpoint says `response` to its handshake.
    Http2Client::Answer answer_to_endpoint(const std::string& response) {
        Http2Client client(server->http_port());
        const auto stream = client.request(kConnect, End::no);
        auto upstream = endpoint.accept();
        upstream.read_until("\r\n\r\n");
        upstream.send(response);
        return client.whole(stream);
    }
};

TEST_F(ExtendedConnect, IsAnnounced) {
    start();
    Http2Client client(server->http_port());
    EXPECT_TRUE(client.until([&] { return client.setting_of_server(NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL) == 1; }));
}

TEST_F(ExtendedConnect, IsAnUpgradeToTheEndpoint) {
    start();
    Http2Client client(server->http_port());
    const auto stream = client.request(
        kConnect + Fields{{"sec-websocket-protocol", "chat, news"}, {"sec-websocket-key", "of the client"}}, End::no);
    auto upstream = endpoint.accept();
    const std::string head = upstream.read_until("\r\n\r\n");
    const std::string key = value_of(head, "sec-websocket-key");
    EXPECT_EQ(head, forwarded("GET /chat?a", "a",
                              "sec-websocket-version: 13\r\nsec-websocket-protocol: chat, news\r\nsec-websocket-key: " +
                                  key + "\r\n",
                              "Upgrade: websocket\r\nConnection: upgrade\r\n"));
    EXPECT_EQ(key.size(), 24u);
    upstream.send(switching(head, "Sec-WebSocket-Protocol: news\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"));
    const auto& answer = client.head_of(stream);
    EXPECT_EQ(answer.status(), "200");
    EXPECT_EQ(answer.field("sec-websocket-protocol"), "news");
    EXPECT_EQ(answer.field("sec-websocket-extensions"), "permessage-deflate");
    for (const char* gone : {"sec-websocket-accept", "upgrade", "connection", "content-length", "transfer-encoding"})
        EXPECT_EQ(answer.field(gone), "") << gone;
    client.send(stream, "ping");
    EXPECT_EQ(upstream.read_exactly(4), "ping");
    upstream.send("pong");
    EXPECT_EQ(client.body(stream, 4), "pong");
}

TEST_F(ExtendedConnect, DrawsAnotherKeyEachTime) {
    config.policy(*route).retry.conditions = 0;
    start();
    std::vector<std::string> keys;
    Http2Client client(server->http_port());
    for (int i = 0; i < 3; ++i) {
        client.request(kConnect, End::no);
        keys.push_back(value_of(endpoint.accept().read_until("\r\n\r\n"), "sec-websocket-key"));
    }
    EXPECT_NE(keys[0], keys[1]);
    EXPECT_NE(keys[1], keys[2]);
}

TEST_F(ExtendedConnect, HeldBackUntilTheEndpointAgrees) {
    start();
    Http2Client client(server->http_port());
    const auto stream = client.request(kConnect, End::no);
    client.send(stream, "early");
    auto upstream = endpoint.accept();
    const std::string head = upstream.read_until("\r\n\r\n");
    let_proxy_work();
    EXPECT_FALSE(upstream.wait_readable(0ms)) << "nothing may follow the request before the endpoint agreed";
    upstream.send(switching(head) + "first words");
    EXPECT_EQ(upstream.read_exactly(5), "early");
    EXPECT_EQ(client.body(stream, 11), "first words");
}

TEST_F(ExtendedConnect, RefusalsPass) {
    start();
    const auto refused = answer_to_endpoint("HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\nX-Why: you\r\n\r\nno!\n");
    EXPECT_EQ(refused.status(), "403");
    EXPECT_EQ(refused.field("x-why"), "you");
    EXPECT_EQ(refused.body, "no!\n");
    EXPECT_TRUE(refused.ended);
}

// To the client any 2xx means an open tunnel, so it may not get one for less than that.
TEST_F(ExtendedConnect, SuccessWithoutTunnelIsABadGateway) {
    config.policy(*route).retry.conditions = 0;
    start();
    const std::string upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
    const std::string wrong = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
    for (const std::string& response : std::vector<std::string>{
             std::string(kOk), "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 200 OK\r\n" + upgrade + "\r\n",
             "HTTP/1.1 101 Switching Protocols\r\n" + upgrade + "\r\n",
             "HTTP/1.1 101 Switching Protocols\r\n" + upgrade + wrong + "\r\nsecret",
             "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"}) {
        const auto answer = answer_to_endpoint(response);
        EXPECT_EQ(answer.status(), "502") << response;
        EXPECT_FALSE(contains(answer.body, "secret"));
    }
    expect_served_normally();
}

TEST_F(ExtendedConnect, OtherProtocolsAreNotImplemented) {
    start();
    Http2Client client(server->http_port());
    Fields head = kConnect;
    head[1].second = "connect-udp";
    EXPECT_EQ(client.whole(client.request(head, End::no)).status(), "501");
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(ExtendedConnect, IncompleteOrContradictoryHeadsAreStreamErrors) {
    start();
    Http2Client client(server->http_port());
    const auto without = [](std::string_view name) {
        Fields head = kConnect;
        std::erase_if(head, [&](const auto& field) { return field.first == name; });
        return head;
    };
    Fields get = kConnect;
    get[0].second = "GET";
    for (const Fields& head :
         {without(":path"), without(":scheme"), without(":authority"), without(":authority") + Fields{{"host", "a"}},
          get, without(":protocol"), Fields{{":method", "CONNECT"}, {":authority", "a:443"}},
          kConnect + Fields{{"content-length", "5"}}, kConnect + Fields{{"upgrade", "websocket"}},
          kConnect + Fields{{"connection", "upgrade"}}, kConnect + Fields{{"transfer-encoding", "chunked"}}}) {
        const auto& answer = client.whole(client.request(head, End::no));
        EXPECT_EQ(answer.reset, std::optional<std::uint32_t>(NGHTTP2_PROTOCOL_ERROR)) << testing::PrintToString(head);
        EXPECT_EQ(answer.status(), "");
    }
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(ExtendedConnect, EachSideMayEndFirst) {
    start();
    {
        auto [client, stream, upstream] = open();
        client->send(stream, "bye", End::yes);
        EXPECT_EQ(upstream.read_to_end(), "bye");
        upstream.send("still here");
        EXPECT_EQ(client->body(stream, 10), "still here");
        upstream.close();
        EXPECT_TRUE(client->whole(stream).ended);
        EXPECT_FALSE(client->whole(stream).reset);
    }
    auto [client, stream, upstream] = open();
    upstream.send("bye");
    upstream.shutdown_write();
    EXPECT_EQ(client->whole(stream).body, "bye");
    client->send(stream, "still here", End::yes);
    EXPECT_EQ(upstream.read_to_end(), "still here");
    EXPECT_FALSE(client->whole(stream).reset);
}

TEST_F(ExtendedConnect, ResetOfTheClientEndsTheEndpointsSide) {
    start();
    auto [client, stream, upstream] = open();
    client->reset(stream);
    EXPECT_TRUE(upstream.closed_by_peer());
    expect_served_normally();
}

TEST_F(ExtendedConnect, ResetOfTheEndpointCancelsTheStream) {
    start();
    auto [client, stream, upstream] = open();
    upstream.send("last");
    EXPECT_EQ(client->body(stream, 4), "last");
    upstream.reset();
    EXPECT_EQ(client->whole(stream).reset, std::optional<std::uint32_t>(NGHTTP2_CANCEL));
    expect_served_normally();
}

TEST_F(ExtendedConnect, ClientThatLeavesBeforeTheAnswerFreesTheEndpoint) {
    start();
    Http2Client client(server->http_port());
    const auto stream = client.request(kConnect, End::no);
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    client.reset(stream);
    EXPECT_TRUE(upstream.closed_by_peer());
    expect_served_normally();
}

TEST_F(ExtendedConnect, EndsWhenBothSidesAreSilent) {
    config.policy(*route).timeouts.read = 1s;
    start();
    auto [client, stream, upstream] = open();
    EXPECT_EQ(client->whole(stream).reset, std::optional<std::uint32_t>(NGHTTP2_CANCEL));
    upstream.read_to_end();
    EXPECT_FALSE(client->closed) << "only the stream ends";
}

TEST_F(ExtendedConnect, LivesAsLongAsOneSideSpeaks) {
    config.policy(*route).timeouts.read = 1s;
    start();
    auto [client, stream, upstream] = open();
    for (int word = 0; word < 15; ++word) {
        ASSERT_FALSE(upstream.wait_readable(100ms)) << "cut although the other side spoke";
        client->send(stream, "word");
        ASSERT_EQ(upstream.read_exactly(4), "word");
    }
}

TEST_F(ExtendedConnect, PassesThroughTinyWindows) {
    start();
    auto [client, stream, upstream] = open(100);
    const std::string message(4000, 'm');
    upstream.send(message);
    EXPECT_EQ(client->body(stream, message.size()), message);
}

TEST_F(ExtendedConnect, SlowsDownWhoTheOtherSideDoesNotRead) {
    start();
    auto [client, stream, upstream] = open();
    client->consumes = false;
    constexpr std::size_t kMuch = 64 * 1024 * 1024;
    EXPECT_LT(upstream.send_until_blocked(kMuch), kMuch);
    auto another = open();
    std::size_t left = another.client->send_at_most(another.stream, std::string(kMuch / 2, 'x'));
    while (true) {  // until half a second brings no more window
        another.client->receive(500ms);
        const std::size_t now = another.client->send_at_most(another.stream, "");
        if (now == left) break;
        left = now;
    }
    EXPECT_GT(left, 0u);
}

TEST_F(ExtendedConnect, OutlivesConfigurationsAndDrains) {
    start();
    auto [client, stream, upstream] = open();
    config.remove_host("_");
    publish();
    client->send(stream, "one");
    EXPECT_EQ(upstream.read_exactly(3), "one");
    server->start_drain();
    EXPECT_TRUE(client->until([&client = client] { return client->goaway.has_value(); }));
    upstream.send("two");
    EXPECT_EQ(client->body(stream, 3), "two");
    client->send(stream, "three", End::yes);
    EXPECT_EQ(upstream.read_to_end(), "three");
    upstream.close();
    EXPECT_TRUE(client->whole(stream).ended);
    EXPECT_TRUE(eventually([&] { return server->open_connections() == 0; }));
}

// Bytes that a refused handshake left unread count against the connection's window no longer.
TEST_F(ExtendedConnect, RefusedStreamsGiveTheirWindowBack) {
    start();
    Http2Client client(server->http_port());
    for (int i = 0; i < 20; ++i) {
        const auto stream = client.request(kConnect, End::no);
        client.send_at_most(stream, std::string(65535, 'x'));
        auto upstream = endpoint.accept();
        upstream.read_until("\r\n\r\n");
        let_proxy_work();
        upstream.send("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        ASSERT_EQ(client.whole(stream).status(), "403");
    }
    const auto stream = client.request(
        {{":method", "POST"}, {":scheme", "http"}, {":path", "/"}, {":authority", "a"}, {"content-length", "65535"}},
        End::no);
    auto upstream = endpoint.accept();
    client.send(stream, std::string(65535, 'y'), End::yes);
    upstream.read_until("\r\n\r\n");
    EXPECT_EQ(upstream.read_exactly(65535), std::string(65535, 'y'));
}

}  // namespace
}  // namespace fairway::wire
