// Which connection a request to an HTTP/2 endpoint rides on, and what becomes of it when that one goes away.
#include <optional>

#include "wire/http2_upstream_fixture.hpp"
#include "wire/tls_server.hpp"

namespace fairway::wire {
namespace {

constexpr std::string_view kPost = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";

class Http2Pool : public Http2UpstreamTest {
protected:
    void expect_ok(Socket& client) { EXPECT_TRUE(client.read_until("0\r\n\r\n").ends_with("ok\r\n0\r\n\r\n")); }
};

TEST_F(Http2Pool, RequestsShareAConnection) {
    start();
    std::vector<Socket> clients(20);
    for (auto& client : clients) {
        client = this->client();
        client.send(kGet);
    }
    Http2Endpoint h2(endpoint.accept());
    std::vector<std::int32_t> streams;
    for (std::size_t i = 0; i < clients.size(); ++i) streams.push_back(h2.next_whole_request());
    EXPECT_TRUE(endpoint.nobody_connected());
    for (auto stream = streams.rbegin(); stream != streams.rend(); ++stream) h2.answer(*stream);
    for (auto& client : clients) expect_ok(client);
    EXPECT_EQ(counters().upstream_opened, 1u);
    EXPECT_EQ(counters().upstream_reused, 19u);
    EXPECT_TRUE(eventually([&] { return counters().upstream_idle == 1; }));
}

TEST_F(Http2Pool, AFullConnectionIsNotTheOnlyOne) {
    start();
    auto first = client();
    first.send(kGet);
    Http2Endpoint one(endpoint.accept(), {.settings = {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 1}}});
    const auto stream = one.next_whole_request();
    ASSERT_TRUE(one.wait_for_settings_ack());
    auto second = client();
    second.send(kGet);
    Http2Endpoint two(endpoint.accept(), {.settings = {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 1}}});
    two.answer(two.next_whole_request());
    expect_ok(second);
    EXPECT_FALSE(one.has_request());
    one.answer(stream);
    expect_ok(first);
    exchange(second, one);  // the first with room
}

TEST_F(Http2Pool, WhatOneConnectionWasToldHoldsForTheNext) {
    start();
    std::vector<Socket> clients(3);
    for (auto& client : clients) {
        client = this->client();
        client.send(kPost);
    }
    ASSERT_TRUE(eventually([&] { return counters().upstream_reused == 2; }));
    const Http2EndpointOptions one_stream{.settings = {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 1}}};
    Http2Endpoint one(endpoint.accept(), one_stream);
    const auto served = one.next_whole_request();
    ASSERT_TRUE(one.wait_for_settings_ack());          // nghttp2 has refused the two others
    Http2Endpoint two(endpoint.accept(), one_stream);  // neither of which gets both
    Http2Endpoint three(endpoint.accept(), one_stream);
    two.answer(two.next_whole_request());
    three.answer(three.next_whole_request());
    one.answer(served);
    for (auto& client : clients) expect_ok(client);
    EXPECT_EQ(one.requests_seen() + two.requests_seen() + three.requests_seen(), 3u);
}

TEST_F(Http2Pool, GoawayLosesNoRequest) {
    start();
    auto served = client();
    auto left_out = client();
    served.send(kPost);
    Http2Endpoint old(endpoint.accept());
    const auto first = old.next_whole_request();
    left_out.send(kPost);
    old.next_whole_request();
    old.goaway(first);
    Http2Endpoint next(endpoint.accept());
    const auto again = next.next_whole_request();
    EXPECT_EQ(next.request(again).body, "hi");
    next.answer(again);
    expect_ok(left_out);
    auto later = client();
    exchange(later, next);  // no new streams on the old one
    old.answer(first);
    expect_ok(served);
    EXPECT_TRUE(old.wait([&] { return old.closed(); }));
}

TEST_F(Http2Pool, ARefusedStreamIsSentAgain) {
    start();
    auto client = this->client();
    client.send(kPost);
    Http2Endpoint one(endpoint.accept());
    one.reset(one.next_whole_request(), NGHTTP2_REFUSED_STREAM);
    Http2Endpoint two(endpoint.accept());
    const auto stream = two.next_whole_request();
    EXPECT_EQ(two.request(stream).body, "hi");
    two.answer(stream);
    expect_ok(client);
}

TEST_F(Http2Pool, RefusalsHaveAnEnd) {
    start();
    auto client = this->client();
    client.send(kPost);
    std::vector<std::unique_ptr<Http2Endpoint>> connections;
    for (int i = 0; i < 4; ++i) {
        connections.push_back(std::make_unique<Http2Endpoint>(endpoint.accept()));
        connections.back()->reset(connections.back()->next_whole_request(), NGHTTP2_REFUSED_STREAM);
    }
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 502 "));
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(Http2Pool, AConnectionThatBreaksFailsItsRequestsAlone) {
    start();
    auto post = client();
    auto get = client();
    post.send(kPost);
    Http2Endpoint one(endpoint.accept());
    one.next_whole_request();
    get.send(kGet);
    one.next_whole_request();
    one.break_off();
    EXPECT_TRUE(post.read_response().starts_with("HTTP/1.1 502 "));
    Http2Endpoint two(endpoint.accept());  // what may be repeated goes to a new connection
    two.answer(two.next_whole_request());
    expect_ok(get);
    EXPECT_FALSE(two.has_request());
}

TEST_F(Http2Pool, TakesAHundredStreamsBeforeTheSettingsOfTheEndpoint) {
    start();
    std::vector<Socket> clients(200);
    for (auto& client : clients) {
        client = this->client();
        client.send(kGet);
    }
    ASSERT_TRUE(eventually([&] { return counters().upstream_reused == 198; }));
    Http2Endpoint one(endpoint.accept());
    Http2Endpoint two(endpoint.accept());
    for (std::size_t i = 0; i < clients.size() / 2; ++i) {
        one.answer(one.next_whole_request());
        two.answer(two.next_whole_request());
    }
    for (auto& client : clients) expect_ok(client);
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(Http2Pool, RequestsWaitForAConnectionThatIsBeingOpened) {
    config.policy(*route).protocol = routing::UpstreamProtocol::h2;
    start();
    std::vector<Socket> clients(5);
    for (auto& client : clients) {
        client = this->client();
        client.send(kGet);
    }
    ASSERT_TRUE(eventually([&] { return counters().upstream_reused == 4; }));
    Socket connection = endpoint.accept();
    EXPECT_TRUE(endpoint.nobody_connected());
    const auto context =
        tls_server_context({.certificate = tls::make_self_signed({.common_name = "pod", .names = {"pod"}})});
    Http2Endpoint h2(std::move(connection), {.tls = context.get()});
    for (std::size_t i = 0; i < clients.size(); ++i) {
        const auto stream = h2.next_whole_request();
        EXPECT_EQ(field_of(h2.request(stream).fields, ":scheme"), "https");
        h2.answer(stream);
    }
    for (auto& client : clients) expect_ok(client);
    EXPECT_EQ(counters().upstream_opened, 1u);
}

TEST_F(Http2Pool, WhoWaitsForAConnectionIsAnsweredWhenItDoesNotOpen) {
    config.policy(*route).protocol = routing::UpstreamProtocol::h2;
    config.policy(*route).timeouts.connect = std::chrono::seconds(1);
    start();
    std::vector<Socket> clients(3);
    for (auto& client : clients) {
        client = this->client();
        client.send(kGet);
    }
    const Socket silent = endpoint.accept();  // no TLS handshake comes from there
    for (auto& client : clients) EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 504 "));
}

TEST_F(Http2Pool, EndsAfterTheIdleTimeout) {
    config.settings.upstream_keepalive.idle_timeout = std::chrono::seconds(1);
    start();
    auto client = this->client();
    client.send(kGet);
    Http2Endpoint h2(endpoint.accept());
    h2.answer(h2.next_whole_request());
    expect_ok(client);
    EXPECT_TRUE(h2.wait([&] { return h2.closed(); }));
    EXPECT_EQ(h2.goaway_error(), NGHTTP2_NO_ERROR);
    EXPECT_TRUE(eventually([&] { return counters().upstream_idle == 0; }));
}

TEST_F(Http2Pool, EndsAfterItsRequestsAndItsAge) {
    config.settings.upstream_keepalive.requests = 2;
    start();
    auto client = this->client();
    auto other = this->client();
    client.send(kGet);
    Http2Endpoint one(endpoint.accept());
    const auto first = one.next_whole_request();
    exchange(other, one);
    other.send(kGet);
    Http2Endpoint two(endpoint.accept());
    two.answer(two.next_whole_request());
    expect_ok(other);
    one.answer(first);
    expect_ok(client);
    EXPECT_TRUE(one.wait([&] { return one.closed(); }));

    config.settings.upstream_keepalive.max_age = std::chrono::seconds(0);
    publish();
    exchange(client, two);
    EXPECT_TRUE(two.wait([&] { return two.closed(); }));
}

TEST_F(Http2Pool, ZeroConnectionsMeansOneRequestEach) {
    config.settings.upstream_keepalive.connections = 0;
    start();
    auto client = this->client();
    for (int i = 0; i < 2; ++i) {
        client.send(kGet);
        Http2Endpoint h2(endpoint.accept());
        h2.answer(h2.next_whole_request());
        expect_ok(client);
        EXPECT_TRUE(h2.wait([&] { return h2.closed(); }));
    }
}

TEST_F(Http2Pool, KeepsNoMoreThanTheMaximum) {
    config.settings.upstream_keepalive.connections = 1;
    Endpoint second;
    auto& other = config.route("other.example", "/", {second.address()});
    config.policy(other).protocol = routing::UpstreamProtocol::h2c;
    start();
    auto client = this->client();
    client.send(kGet);
    Http2Endpoint one(endpoint.accept());
    one.answer(one.next_whole_request());
    expect_ok(client);
    client.send("GET / HTTP/1.1\r\nHost: other.example\r\n\r\n");
    Http2Endpoint two(second.accept());
    two.answer(two.next_whole_request());
    expect_ok(client);
    EXPECT_TRUE(one.wait([&] { return one.closed(); }));
    EXPECT_EQ(counters().upstream_idle, 1u);
}

TEST_F(Http2Pool, AnEndpointThatFallsSilentIsFoundByPing) {
    config.settings.upstream_keepalive.quiet_before_ping = std::chrono::milliseconds(200);
    config.settings.upstream_keepalive.ping_patience = std::chrono::milliseconds(300);
    start();
    auto client = this->client();
    client.send(kPost);
    Http2Endpoint h2(endpoint.accept());
    const auto stream = h2.next_whole_request();
    EXPECT_TRUE(h2.wait_for_ping());  // and is answered, so the request goes on
    h2.answer(stream);
    expect_ok(client);
    client.send(kPost);
    h2.next_whole_request();
    // Nobody reads from here on: no PING is answered.
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 502 "));
}

TEST_F(Http2Pool, OpenStreamsOutliveAChangeAndADrain) {
    start();
    auto client = this->client();
    client.send(kGet);
    Http2Endpoint h2(endpoint.accept());
    const auto stream = h2.next_whole_request();
    h2.send_head(stream, 200, {});
    h2.send_data(stream, "before ");
    client.read_until("before \r\n");
    config.remove_host("_");
    publish();
    h2.send_data(stream, "change ");
    client.read_until("change \r\n");
    server->start_drain();
    h2.send_data(stream, "drain", End::yes);
    EXPECT_TRUE(client.read_until("0\r\n\r\n").ends_with("drain\r\n0\r\n\r\n"));
}

TEST_F(Http2Pool, ConnectFailuresAnswerAllWhoWait) {
    std::optional<Endpoint> gone(std::in_place);
    const auto address = gone->address();
    gone.reset();
    config.endpoints(*route, {address});
    start();
    std::vector<Socket> clients(5);
    for (auto& client : clients) {
        client = this->client();
        client.send(kGet);
    }
    for (auto& client : clients) EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 502 "));
}

TEST_F(Http2Pool, AnEndpointThatSpeaksHttp1IsABadGateway) {
    start();
    auto client = this->client();
    client.send(kPost);
    auto upstream = endpoint.accept();
    upstream.read_until("SM\r\n\r\n");
    upstream.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 502 "));
    upstream.read_to_end();
}

}  // namespace
}  // namespace fairway::wire
