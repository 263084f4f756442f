// The proxy's own answers to gRPC calls: trailers-only responses, for whatever goes wrong.
#include "wire/grpc_fixture.hpp"

namespace fairway::wire {
namespace {

using namespace std::chrono_literals;

class GrpcAnswers : public GrpcTest {};

TEST_F(GrpcAnswers, UnknownHostIsUnimplemented) {
    config = SnapshotBuilder();
    config.route("known.example", "/", {endpoint.address()});
    start();
    const auto answer = answer_to_call(call());
    expect_status(answer, "12");
    EXPECT_EQ(answer.field("grpc-message"), "Not Found");
}

TEST_F(GrpcAnswers, NoEndpointsIsUnavailable) {
    config = SnapshotBuilder();
    config.route("_", "/", {});
    start();
    expect_status(answer_to_call(call()), "14");
}

TEST_F(GrpcAnswers, RefusedConnectionIsUnavailable) {
    config = SnapshotBuilder();
    config.route("_", "/", {Endpoint().address()});
    start();
    expect_status(answer_to_call(call()), "14");
}

TEST_F(GrpcAnswers, RouteThatMustNotServeIsUnavailable) {
    policy().denied = "auth-url names no Service";
    start();
    expect_status(answer_to_call(call()), "14");
}

TEST_F(GrpcAnswers, PathThatCannotBeReadIsInternal) {
    start();
    expect_status(answer_to_call(call({}, "/a%00")), "13");
}

// No gRPC client follows a redirect: the message says what to do.
TEST_F(GrpcAnswers, RedirectToHttpsIsUnknownAndSaysWhere) {
    policy().tls_redirect.force = true;
    start();
    const auto answer = answer_to_call(call());
    expect_status(answer, "2");
    EXPECT_EQ(answer.field("grpc-message"), "Permanent Redirect: https://a/shop.Cart/Add");
    EXPECT_EQ(answer.field("location"), "");
}

TEST_F(GrpcAnswers, TooLargeMessagesExhaustResources) {
    policy().body_limit.max_bytes = 10;
    start();
    Http2Client client(server->http_port());
    expect_status(client.whole(client.request(call({{"content-length", "11"}}), End::no)), "8");
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(GrpcAnswers, TooLargeStreamsExhaustResources) {
    policy().body_limit.max_bytes = 10;
    start();
    Http2Client client(server->http_port());
    const auto stream = client.request(call(), End::no);
    client.send(stream, "0123456789");
    auto upstream = endpoint.accept();
    upstream.read_until("\n0123456789");
    client.send(stream, "x");
    expect_status(client.whole(stream), "8");
    EXPECT_TRUE(upstream.read_to_end().ends_with("[reset]"));
}

TEST_F(GrpcAnswers, EndpointThatBreaksOffIsUnavailable) {
    start();
    Http2Client client(server->http_port());
    const auto stream = client.request(call());
    endpoint.accept().read_until("\r\n\r\n");
    expect_status(client.whole(stream), "14");
}

TEST_F(GrpcAnswers, EndpointThatIsSilentIsUnavailable) {
    policy().timeouts.read = 1s;
    policy().retry.conditions = 0;
    start();
    Http2Client client(server->http_port());
    const auto stream = client.request(call());
    auto upstream = endpoint.accept();
    expect_status(client.whole(stream), "14");
}

TEST_F(GrpcAnswers, ResponseThatIsCutIsAReset) {
    start();
    Http2Client client(server->http_port());
    const auto stream = client.request(call());
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    upstream.send(
        "HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    EXPECT_EQ(client.body(stream, 3), "abc");
    upstream.close();
    const auto& answer = client.whole(stream);
    EXPECT_EQ(answer.reset, std::optional<std::uint32_t>(NGHTTP2_INTERNAL_ERROR));
    EXPECT_EQ(answer.field("grpc-status"), "");
}

TEST_F(GrpcAnswers, AnswersOfTheEndpointPass) {
    start();
    Http2Client client(server->http_port());
    const auto stream = client.request(call());
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    upstream.send("HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nbusy");
    const auto& answer = client.whole(stream);
    EXPECT_EQ(answer.status(), "503");
    EXPECT_EQ(answer.body, "busy");
    EXPECT_EQ(answer.field("grpc-status"), "");
}

TEST_F(GrpcAnswers, OnlyGrpcClientsGetThem) {
    config = SnapshotBuilder();
    config.route("known.example", "/", {endpoint.address()});
    start();
    Fields web = call();
    web.back().second = "application/grpc-web+proto";
    const auto answer = answer_to_call(web);
    EXPECT_EQ(answer.status(), "404");
    EXPECT_TRUE(contains(answer.body, "404 Not Found"));
    EXPECT_EQ(answer.field("grpc-status"), "");

    auto client = this->client();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/grpc\r\nContent-Length: 0\r\n\r\n");
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 404 Not Found\r\n"));
}

TEST_F(GrpcAnswers, ClientsMayListenInSilence) {
    config.settings.downstream.body_timeout = 1s;
    policy().timeouts.read = 2s;
    start();
    Http2Client client(server->http_port());
    const auto stream = client.request(call(), End::no);
    client.send(stream, "subscribe");
    auto upstream = endpoint.accept();
    upstream.read_until("subscribe\r\n");
    EXPECT_FALSE(upstream.wait_readable(1300ms)) << "cut before the response, which may come late";
    upstream.send("HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int event = 0; event < 5; ++event) {
        upstream.send("4\r\nnews\r\n");
        EXPECT_EQ(client.body(stream, 4), "news");
        ASSERT_FALSE(upstream.wait_readable(700ms)) << "cut although the endpoint speaks";
    }
    client.send(stream, "bye", End::yes);
    upstream.read_until("bye");
}

TEST_F(GrpcAnswers, SilenceOfBothSidesEndsAtTheReadTimeout) {
    config.settings.downstream.body_timeout = 1s;
    policy().timeouts.read = 2s;
    start();
    Http2Client client(server->http_port());
    const auto stream = client.request(call(), End::no);
    client.send(stream, "subscribe");
    auto upstream = endpoint.accept();
    upstream.read_until("subscribe\r\n");
    const auto begun = std::chrono::steady_clock::now();
    expect_status(client.whole(stream), "4");
    EXPECT_GE(std::chrono::steady_clock::now() - begun, 1900ms);
}

// gRPC-Web ends in its body: whatever the bytes are, they pass.
TEST_F(GrpcAnswers, GrpcWebPassesUntouched) {
    start();
    const std::string message("\x80\x00\x00\x00\x0fgrpc-status: 5\r\n", 20);
    Http2Client client(server->http_port());
    Fields web = call({{"grpc-timeout", "1n"}, {"x-grpc-web", "1"}});
    web[5].second = "application/grpc-web+proto";
    const auto stream = client.request(web, End::no);
    client.send(stream, "abc", End::yes);
    auto upstream = endpoint.accept();
    const std::string head = upstream.read_until("\r\n\r\n");
    EXPECT_TRUE(contains(head, "content-type: application/grpc-web+proto\r\n"));
    EXPECT_TRUE(contains(head, "x-grpc-web: 1\r\n"));
    upstream.read_until("abc");
    let_proxy_work();
    upstream.send("HTTP/1.1 200 OK\r\nContent-Type: application/grpc-web+proto\r\nContent-Length: 20\r\n\r\n" +
                  message);
    const auto& answer = client.whole(stream);
    EXPECT_EQ(answer.field("content-type"), "application/grpc-web+proto");
    EXPECT_EQ(answer.body, message);
}

}  // namespace
}  // namespace fairway::wire
