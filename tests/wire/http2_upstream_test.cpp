// Requests to HTTP/2 endpoints and their responses: heads, bodies, trailers, resets, flow control.
#include "wire/http2_client.hpp"
#include "wire/http2_upstream_fixture.hpp"

namespace fairway::wire {
namespace {

class Http2Upstream : public Http2UpstreamTest {};

std::string chunk(std::string_view text) {
    char size[20];
    return std::string(size, static_cast<std::size_t>(std::snprintf(size, sizeof size, "%zx", text.size()))) + "\r\n" +
           std::string(text) + "\r\n";
}

TEST_F(Http2Upstream, CarriesARequestAndItsResponse) {
    start();
    auto client = this->client();
    client.send("GET /a%20b?x=1 HTTP/1.1\r\nHost: Shop.example:8080\r\nUser-Agent: t\r\nX-App: 7\r\nX-Forwarded-For: "
                "1.2.3.4\r\n"
                "Connection: x-hop\r\nX-Hop: secret\r\nTE: trailers\r\n\r\n");
    Http2Endpoint h2(endpoint.accept());
    const auto stream = h2.next_whole_request();
    const Http2Fields fields = h2.request(stream).fields;
    EXPECT_EQ(field_of(fields, ":method"), "GET");
    EXPECT_EQ(field_of(fields, ":scheme"), "http");
    EXPECT_EQ(field_of(fields, ":authority"), "Shop.example:8080");
    EXPECT_EQ(field_of(fields, ":path"), "/a%20b?x=1");
    EXPECT_EQ(field_of(fields, "x-app"), "7");
    EXPECT_EQ(field_of(fields, "user-agent"), "t");
    EXPECT_EQ(field_of(fields, "x-real-ip"), "127.0.0.1");
    EXPECT_EQ(field_of(fields, "x-forwarded-for"), "127.0.0.1");
    EXPECT_EQ(field_of(fields, "x-original-forwarded-for"), "1.2.3.4");
    EXPECT_EQ(field_of(fields, "x-forwarded-host"), "Shop.example:8080");
    EXPECT_EQ(field_of(fields, "x-request-id").size(), 32u);
    for (const char* hop : {"host", "connection", "x-hop", "te", "content-length", "upgrade"})
        EXPECT_FALSE(has_field(fields, hop)) << hop;
    EXPECT_EQ(h2.proxy_setting(NGHTTP2_SETTINGS_ENABLE_PUSH), 0u);

    h2.send_head(stream, 200, {{"x-app", "1"}, {"server", "x"}, {"content-length", "5"}});
    h2.send_data(stream, "hello", End::yes);
    const auto response = client.read_response();
    EXPECT_TRUE(response.starts_with("HTTP/1.1 200 OK\r\n")) << response;
    EXPECT_NE(response.find("x-app: 1\r\n"), std::string::npos) << response;
    EXPECT_EQ(response.find("server: x"), std::string::npos) << response;
    EXPECT_TRUE(response.ends_with("\r\n\r\nhello")) << response;
}

TEST_F(Http2Upstream, SendsBodiesWithAndWithoutLength) {
    start();
    auto client = this->client();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody");
    Http2Endpoint h2(endpoint.accept());
    auto stream = h2.next_whole_request();
    EXPECT_EQ(field_of(h2.request(stream).fields, "content-length"), "4");
    EXPECT_EQ(h2.request(stream).body, "body");
    h2.answer(stream, 200, "", {{"content-length", "0"}});
    client.read_response();

    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("abc"));
    stream = h2.next_request();
    EXPECT_TRUE(h2.wait_for_body(stream, 3));
    EXPECT_FALSE(has_field(h2.request(stream).fields, "content-length"));
    EXPECT_FALSE(h2.request(stream).ended);
    client.send(chunk("de") + "0\r\nX-Sum: 5\r\nContent-Length: 9\r\n\r\n");
    EXPECT_TRUE(h2.wait_for_end(stream));
    EXPECT_EQ(h2.request(stream).body, "abcde");
    EXPECT_EQ(h2.request(stream).trailers, (Http2Fields{{"x-sum", "5"}}));
    h2.answer(stream);
    EXPECT_TRUE(client.read_until("0\r\n\r\n").ends_with("ok\r\n0\r\n\r\n"));
}

TEST_F(Http2Upstream, PassesTrailersOfResponses) {
    start();
    auto client = this->client();
    client.send(
        "POST /svc/Call HTTP/1.1\r\nHost: a\r\nContent-Type: application/grpc+proto\r\nContent-Length: 0\r\n\r\n");
    Http2Endpoint h2(endpoint.accept());
    const auto stream = h2.next_whole_request();
    EXPECT_EQ(field_of(h2.request(stream).fields, "te"), "trailers");  // gRPC always
    h2.send_head(stream, 200, {{"content-type", "application/grpc+proto"}});
    h2.send_data(stream, "message");
    EXPECT_TRUE(client.read_until("message\r\n").ends_with("message\r\n"));
    h2.send_trailers(stream, {{"grpc-status", "0"}, {"content-length", "7"}});
    EXPECT_EQ(client.read_until("\r\n\r\n"), "0\r\ngrpc-status: 0\r\n\r\n");
}

TEST_F(Http2Upstream, AnswersWithoutBodyEndWithTheirHead) {
    start();
    auto client = this->client();
    client.send(kGet);
    Http2Endpoint h2(endpoint.accept());
    auto stream = h2.next_whole_request();
    h2.send_head(stream, 200, {{"grpc-status", "12"}}, End::yes);
    auto response = client.read_response();
    EXPECT_NE(response.find("grpc-status: 12\r\n"), std::string::npos) << response;
    EXPECT_NE(response.find("Content-Length: 0\r\n"), std::string::npos) << response;

    client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    stream = h2.next_whole_request();
    h2.send_head(stream, 200, {{"content-length", "1000"}}, End::yes);
    response = client.read_until("\r\n\r\n");
    EXPECT_NE(response.find("Content-Length: 1000\r\n"), std::string::npos) << response;
    for (const int status : {204, 304}) {
        client.send(kGet);
        stream = h2.next_whole_request();
        h2.send_head(stream, status, {}, End::yes);
        EXPECT_TRUE(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 " + std::to_string(status)));
    }
}

TEST_F(Http2Upstream, PassesInterimResponses) {
    start();
    auto client = this->client();
    client.send(kGet);
    Http2Endpoint h2(endpoint.accept());
    const auto stream = h2.next_whole_request();
    h2.send_interim(stream, 103, {{"link", "</a.css>"}});
    h2.answer(stream);
    const auto response = client.read_until("0\r\n\r\n");
    EXPECT_TRUE(response.starts_with("HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\n"))
        << response;
}

TEST_F(Http2Upstream, AnEarlyAnswerEndsTheUpload) {
    start();
    auto client = this->client();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\npart");
    Http2Endpoint h2(endpoint.accept());
    const auto stream = h2.next_request();
    EXPECT_TRUE(h2.wait_for_body(stream, 4));
    h2.answer(stream, 403, "no", {{"content-length", "2"}});
    const auto response = client.read_response();
    EXPECT_TRUE(response.starts_with("HTTP/1.1 403 ")) << response;
    EXPECT_TRUE(response.ends_with("no"));
    EXPECT_EQ(h2.wait_for_reset(stream), NGHTTP2_CANCEL);
    EXPECT_FALSE(h2.request(stream).ended);
    auto next = this->client();
    exchange(next, h2);  // the connection goes on
}

TEST_F(Http2Upstream, NoErrorAfterTheResponseIsNone) {
    start();
    auto client = this->client();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\npart");
    Http2Endpoint h2(endpoint.accept());
    const auto stream = h2.next_request();
    h2.answer(stream, 200, "fine", {{"content-length", "4"}});
    h2.reset(stream, NGHTTP2_NO_ERROR);
    EXPECT_TRUE(client.read_response().ends_with("fine"));
}

TEST_F(Http2Upstream, AResetBeforeTheHeadIsABadGateway) {
    start();
    auto client = this->client();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
    Http2Endpoint h2(endpoint.accept());
    h2.reset(h2.next_whole_request(), NGHTTP2_INTERNAL_ERROR);
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 502 "));
    EXPECT_FALSE(h2.has_request());  // a POST is not repeated
    exchange(client, h2);
}

TEST_F(Http2Upstream, AResetInTheBodyCutsTheResponse) {
    start();
    auto client = this->client();
    client.send(kGet);
    Http2Endpoint h2(endpoint.accept());
    const auto stream = h2.next_whole_request();
    h2.send_head(stream, 200, {});
    h2.send_data(stream, "part");
    client.read_until("part\r\n");
    h2.reset(stream, NGHTTP2_INTERNAL_ERROR);
    const auto rest = client.read_to_end();
    EXPECT_EQ(rest.find("0\r\n\r\n"), std::string::npos) << rest;
    auto next = this->client();
    exchange(next, h2);
}

TEST_F(Http2Upstream, AClientThatLeavesCancelsItsStream) {
    start();
    auto client = this->client();
    client.send(kGet);
    Http2Endpoint h2(endpoint.accept());
    const auto stream = h2.next_whole_request();
    client.close();
    EXPECT_EQ(h2.wait_for_reset(stream), NGHTTP2_CANCEL);
    auto next = this->client();
    exchange(next, h2);
}

TEST_F(Http2Upstream, ACutUploadCancelsItsStream) {
    start();
    auto client = this->client();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\npart");
    Http2Endpoint h2(endpoint.accept());
    const auto stream = h2.next_request();
    EXPECT_TRUE(h2.wait_for_body(stream, 4));
    client.close();
    EXPECT_EQ(h2.wait_for_reset(stream), NGHTTP2_CANCEL);
    EXPECT_FALSE(h2.request(stream).ended);
}

TEST_F(Http2Upstream, ASlowClientBoundsWhatIsHeldAndStopsNoOther) {
    start();
    auto slow = this->client();
    slow.send(kGet);
    Http2Endpoint h2(endpoint.accept());
    const auto stalled = h2.next_whole_request();
    h2.send_head(stalled, 200, {});
    const std::size_t size = 32 * 1024 * 1024;
    h2.send_data(stalled, std::string(size, 'x'), End::yes);
    // Sockets take some megabytes, the stream's window the rest; then it stands still.
    std::size_t before = 0;
    ASSERT_TRUE(eventually([&] {
        h2.poll();
        const std::size_t now = h2.unsent(stalled);
        const bool stands = now == std::exchange(before, now) && now < size;
        if (!stands) return false;
        auto other = this->client();
        exchange(other, h2);  // a whole request passes meanwhile
        return h2.unsent(stalled) == now;
    }));
    EXPECT_GT(h2.unsent(stalled), size / 2);
    std::size_t received = 0;
    std::thread reader([&] {
        slow.read_until("\r\n\r\n");
        while (true) {
            const auto head = slow.read_until("\r\n");
            const std::size_t bytes = std::stoul(head, nullptr, 16);
            slow.read_exactly(bytes + 2);
            received += bytes;
            if (bytes == 0) break;
        }
    });
    EXPECT_TRUE(h2.wait([&] { return h2.unsent(stalled) == 0; }));
    reader.join();
    EXPECT_EQ(received, size);
}

TEST_F(Http2Upstream, AnEndpointThatTakesNoBodyHoldsTheClientBack) {
    const std::size_t size = 32 * 1024 * 1024;
    config.policy(*route).body_limit.max_bytes = size;
    start();
    auto client = this->client();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
    Http2Endpoint h2(endpoint.accept(), {.open_windows = false});
    const auto stream = h2.next_request();
    const std::size_t taken = client.send_until_blocked(size);
    EXPECT_LT(taken, size / 2);
    EXPECT_TRUE(h2.wait_for_body(stream, 65535));
    EXPECT_EQ(h2.request(stream).body.size(), 65535u);
    std::thread sender([&] { client.send(std::string(size - taken, 'x')); });
    std::size_t given = 0;
    EXPECT_TRUE(h2.wait([&] {
        const std::size_t arrived = h2.request(stream).body.size();
        if (arrived > given) h2.take(stream, arrived - std::exchange(given, arrived));
        return h2.request(stream).ended;
    }));
    sender.join();
    EXPECT_EQ(h2.request(stream).body.size(), size);
    h2.answer(stream);
    EXPECT_TRUE(client.read_until("0\r\n\r\n").ends_with("ok\r\n0\r\n\r\n"));
}

TEST_F(Http2Upstream, WhatIsNoResponseIsABadGateway) {
    start();
    const std::vector<Http2Fields> heads = {
        {{"x-app", "no status"}},
        {{":status", "20"}},
        {{":status", "2000"}},
        {{":status", "abc"}},
        {{":status", "101"}, {"upgrade", "x"}},
        {{":status", "200"}, {":status", "200"}},
        {{":status", "200"}, {":path", "/"}},
        {{":status", "200"}, {"X-Upper", "1"}},
        {{":status", "200"}, {"connection", "close"}},
        {{":status", "200"}, {"transfer-encoding", "chunked"}},
        {{":status", "200"}, {"content-length", "1"}, {"content-length", "2"}},
        {{":status", "200"}, {"content-length", "-1"}},
        {{":status", "200"}, {"a b", "1"}},
        {{":status", "200"}, {"a:b", "1"}},
        {{":status", "200"}, {"", "1"}},
        {{":status", "200"}, {"x", "a\r\nEvil: 1"}},
        {{":status", "200"}, {"x", std::string("a\0b", 3)}},
        {{":status", "200"}, {"x", std::string(70'000, 'x')}},
    };
    auto client = this->client();
    std::unique_ptr<Http2Endpoint> h2;
    for (const auto& head : heads) {
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
        if (!h2) h2 = std::make_unique<Http2Endpoint>(endpoint.accept());
        const auto stream = h2->next_whole_request();
        h2->send_raw_head(stream, head, End::yes);
        const auto response = client.read_response();
        const auto shown = head.back().first + ": " + head.back().second.substr(0, 20);
        EXPECT_TRUE(response.starts_with("HTTP/1.1 502 ")) << shown << "\n" << response.substr(0, 200);
        EXPECT_EQ(response.find("Evil"), std::string::npos) << shown;
        h2->poll();
        if (h2->closed()) h2.reset();
    }
}

TEST_F(Http2Upstream, ABodyThatBreaksItsLengthIsCut) {
    start();
    for (const char* length : {"5", "3"}) {
        auto client = this->client();
        client.send(kGet);
        static std::unique_ptr<Http2Endpoint> h2;
        if (!h2) h2 = std::make_unique<Http2Endpoint>(endpoint.accept());
        const auto stream = h2->next_whole_request();
        h2->send_head(stream, 200, {{"content-length", length}});
        client.read_until("\r\n\r\n");
        h2->send_data(stream, "four", End::yes);
        const auto rest = client.read_to_end();
        EXPECT_LT(rest.substr(0, rest.find('[')).size(), std::stoul(length) + 1) << rest;
        EXPECT_NE(rest, std::string(std::stoul(length), 'x'));
        if (length == std::string_view("3")) h2.reset();
    }
}

TEST_F(Http2Upstream, FloodsEndTheConnectionButNotTheWorker) {
    start();
    const auto flood = [this](const std::function<void(Http2Endpoint&, std::int32_t)>& one) {
        auto client = this->client();
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
        Http2Endpoint h2(endpoint.accept());
        const auto stream = h2.next_whole_request();
        h2.send_head(stream, 200, {});
        client.read_until("\r\n\r\n");
        for (int i = 0; i < 400 && !h2.closed(); ++i) one(h2, stream);
        EXPECT_TRUE(h2.wait_for_goodbye());  // GOAWAY itself may be lost in what we send behind it
        const auto rest = client.read_to_end();
        EXPECT_EQ(rest.find("0\r\n\r\n"), std::string::npos) << rest;
    };
    flood([](Http2Endpoint& h2, std::int32_t) { h2.send_frame(NGHTTP2_PING, 0, 0, "12345678"); });
    flood([](Http2Endpoint& h2, std::int32_t) { h2.send_frame(NGHTTP2_SETTINGS, 0, 0, ""); });
    flood([](Http2Endpoint& h2, std::int32_t stream) { h2.send_frame(NGHTTP2_DATA, 0, stream, ""); });
    flood([](Http2Endpoint& h2, std::int32_t) { h2.send_frame(0xbb, 0, 0, "?"); });
    auto client = this->client();
    client.send(kGet);
    Http2Endpoint h2(endpoint.accept());
    h2.answer(h2.next_whole_request());
    EXPECT_TRUE(client.read_until("0\r\n\r\n").ends_with("ok\r\n0\r\n\r\n"));
}

TEST_F(Http2Upstream, HasNoTunnels) {
    start();
    Http2Client client(server->http_port());
    const Fields connect = {{":method", "CONNECT"}, {":protocol", "websocket"}, {":scheme", "http"},
                            {":path", "/chat"},     {":authority", "a"},        {"sec-websocket-version", "13"}};
    EXPECT_EQ(client.head_of(client.request(connect, Http2Client::End::no)).status(), "501");
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(Http2Upstream, UpgradeIsLeftOut) {
    start();
    auto client = this->client();
    client.send("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
    Http2Endpoint h2(endpoint.accept());
    const auto stream = h2.next_whole_request();
    EXPECT_FALSE(has_field(h2.request(stream).fields, "upgrade"));
    h2.answer(stream, 426, "", {{"content-length", "0"}});
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 426 "));
}

}  // namespace
}  // namespace fairway::wire
