// Calls all the way: a gRPC client, and an endpoint that speaks HTTP/2.
#include "wire/grpc_fixture.hpp"
#include "wire/http2_endpoint.hpp"

namespace fairway::wire {
namespace {

using namespace std::chrono_literals;

class GrpcEndpoint : public GrpcTest {
protected:
    using End = Http2Client::End;

    GrpcEndpoint() { policy().protocol = routing::UpstreamProtocol::h2c; }

    static Fields timed_call() { return call({{"grpc-timeout", "300m"}}); }

    /// The endpoint's connection still carries calls.
    static void expect_served(Http2Client& client, Http2Endpoint& h2) {
        const auto next = client.request(call());
        h2.answer(h2.next_whole_request());
        EXPECT_EQ(client.whole(next).body, "ok");
    }
};

TEST_F(GrpcEndpoint, GetsTheCallAndGivesStatusInTrailers) {
    start();
    Http2Client client(server->http_port());
    const auto stream = client.request(call({{"grpc-timeout", "5S"}, {"x-token-bin", "AAEC"}}), End::no);
    Http2Endpoint h2(endpoint.accept());
    const auto seen = h2.next_request();
    const auto& fields = h2.request(seen).fields;
    EXPECT_EQ(field_of(fields, ":method"), "POST");
    EXPECT_EQ(field_of(fields, ":path"), "/shop.Cart/Add");
    EXPECT_EQ(field_of(fields, "te"), "trailers");
    EXPECT_EQ(field_of(fields, "content-type"), "application/grpc+proto");
    EXPECT_EQ(field_of(fields, "grpc-timeout"), "5S");
    EXPECT_EQ(field_of(fields, "x-token-bin"), "AAEC");
    h2.send_head(seen, 200, {{"content-type", "application/grpc"}});
    for (const std::string message : {"one", "two", "three"}) {  // each before the next: nothing waits to be gathered
        client.send(stream, message);
        ASSERT_TRUE(h2.wait([&] { return h2.request(seen).body.ends_with(message); }));
        h2.send_data(seen, message);
        EXPECT_EQ(client.body(stream, message.size()), message);
    }
    client.send(stream, "", End::yes);
    ASSERT_TRUE(h2.wait_for_end(seen));
    h2.send_trailers(seen, {{"grpc-status", "0"}, {"grpc-message", "fine"}});
    EXPECT_EQ(client.whole(stream).trailers, (Fields{{"grpc-status", "0"}, {"grpc-message", "fine"}}));
}

TEST_F(GrpcEndpoint, MayAnswerWithTrailersOnly) {
    start();
    Http2Client client(server->http_port());
    const auto stream = client.request(call(), End::no);
    Http2Endpoint h2(endpoint.accept());
    const auto seen = h2.next_request();
    h2.send_head(seen, 200, {{"content-type", "application/grpc"}, {"grpc-status", "5"}}, wire::End::yes);
    const auto& answer = client.whole(stream);
    EXPECT_EQ(answer.field("grpc-status"), "5");
    EXPECT_EQ(answer.body, "");
    EXPECT_TRUE(answer.ended);
}

TEST_F(GrpcEndpoint, IsToldWhenTheClientCancels) {
    start();
    Http2Client client(server->http_port());
    const auto stream = client.request(call(), End::no);
    Http2Endpoint h2(endpoint.accept());
    const auto seen = h2.next_request();
    h2.send_head(seen, 200, {{"content-type", "application/grpc"}});
    client.head_of(stream);
    client.reset(stream);
    EXPECT_EQ(h2.wait_for_reset(seen), NGHTTP2_CANCEL);
    expect_served(client, h2);
}

TEST_F(GrpcEndpoint, IsToldWhenTheTimeIsOver) {
    start();
    Http2Client client(server->http_port());
    const auto stream = client.request(timed_call());
    Http2Endpoint h2(endpoint.accept());
    const auto seen = h2.next_whole_request();
    expect_status(client.whole(stream), "4");
    EXPECT_EQ(h2.wait_for_reset(seen), NGHTTP2_CANCEL);
    expect_served(client, h2);
}

TEST_F(GrpcEndpoint, IsToldWhenTheTimeIsOverDuringItsResponse) {
    start();
    Http2Client client(server->http_port());
    const auto stream = client.request(timed_call(), End::no);
    Http2Endpoint h2(endpoint.accept());
    const auto seen = h2.next_request();
    h2.send_head(seen, 200, {{"content-type", "application/grpc"}});
    h2.send_data(seen, "some");
    h2.poll();
    EXPECT_EQ(client.body(stream, 4), "some");
    EXPECT_TRUE(client.whole(stream).reset);
    EXPECT_EQ(h2.wait_for_reset(seen), NGHTTP2_CANCEL);
    expect_served(client, h2);
}

TEST_F(GrpcEndpoint, ThatResetsItsResponseResetsTheClients) {
    start();
    Http2Client client(server->http_port());
    const auto stream = client.request(call());
    Http2Endpoint h2(endpoint.accept());
    const auto seen = h2.next_whole_request();
    h2.send_head(seen, 200, {{"content-type", "application/grpc"}});
    h2.send_data(seen, "some");
    h2.poll();
    EXPECT_EQ(client.body(stream, 4), "some");
    h2.reset(seen, NGHTTP2_INTERNAL_ERROR);
    h2.poll();
    EXPECT_EQ(client.whole(stream).reset, std::optional<std::uint32_t>(NGHTTP2_INTERNAL_ERROR));
    EXPECT_FALSE(client.whole(stream).ended);
}

TEST_F(GrpcEndpoint, ThatResetsBeforeItAnswersIsUnavailable) {
    start();
    Http2Client client(server->http_port());
    const auto stream = client.request(call());
    Http2Endpoint h2(endpoint.accept());
    h2.reset(h2.next_whole_request(), NGHTTP2_INTERNAL_ERROR);
    h2.poll();
    expect_status(client.whole(stream), "14");
}

// HTTP/2 has no Upgrade, so there is no tunnel to open behind the client's.
TEST_F(GrpcEndpoint, HasNoWebSockets) {
    start();
    Http2Client client(server->http_port());
    const auto stream = client.request({{":method", "CONNECT"},
                                        {":protocol", "websocket"},
                                        {":scheme", "http"},
                                        {":path", "/chat"},
                                        {":authority", "a"}},
                                       End::no);
    EXPECT_EQ(client.whole(stream).status(), "501");
    EXPECT_TRUE(endpoint.nobody_connected());
}

}  // namespace
}  // namespace fairway::wire
