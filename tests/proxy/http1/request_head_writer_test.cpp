#include "proxy/http1/request_head_writer.hpp"

#include <gtest/gtest.h>

#include "proxy/request_builder.hpp"

namespace fairway::proxy::http1 {
namespace {

std::string written(const RequestHead& head, UpstreamPersistence persistence = UpstreamPersistence::keep_alive,
                    const RequestEdits& edits = {}) {
    const routing::Settings settings;
    const RequestOrigin origin{.peer = IpAddress::parse("10.0.0.9").value(), .peer_text = "10.0.0.9", .local_port = 80};
    auto values = forwarded_values(head, origin, settings.forwarded);
    if (values.request_id.empty()) values.request_id = "id";
    OutBuffer out;
    write_request_head(out, {head, values, settings, edits}, persistence);
    return std::string(out.view());
}

/// What every request to in.example:8080 without forwarded fields carries.
const std::string kForwarded =
    "X-Request-ID: id\r\nX-Real-IP: 10.0.0.9\r\nX-Forwarded-For: 10.0.0.9\r\n"
    "X-Forwarded-Host: in.example:8080\r\nX-Forwarded-Port: 80\r\nX-Forwarded-Proto: http\r\n"
    "X-Forwarded-Scheme: http\r\nX-Scheme: http\r\n";
const std::string kHost = "Host: in.example:8080\r\n";

TEST(RequestHeadWriter, SendsTheTargetAsReceivedAndTheClientsFields) {
    const auto request = make_request("accept:*/*\r\nCookie:  a=b \r\nEmpty:\r\n", "GET /a%2Fb/../c?x=%20 HTTP/1.1");
    EXPECT_EQ(written(request.head), "GET /a%2Fb/../c?x=%20 HTTP/1.1\r\n" + kHost + kForwarded +
                                         "accept: */*\r\nCookie: a=b\r\nEmpty: \r\n\r\n");
}

TEST(RequestHeadWriter, LeavesOutTheClientsHop) {
    const auto request = make_request(
        "Connection: close, X-Mine\r\nKeep-Alive: 5\r\nX-Mine: 1\r\nProxy-Connection: x\r\nProxy: http://evil\r\n"
        "Upgrade: websocket\r\nTE: trailers\r\nExpect: 100-continue\r\nX-Real-IP: 6.6.6.6\r\nX-Scheme: evil\r\n"
        "X-Forwarded-Scheme: evil\r\nX-Original-Forwarded-For: evil\r\nTrailer: T\r\n");
    EXPECT_EQ(written(request.head), "GET /a?b HTTP/1.1\r\n" + kHost + kForwarded + "Trailer: T\r\n\r\n");
}

TEST(RequestHeadWriter, SpellsTheLengthAnew) {
    const auto sized = make_request("Content-Length: 0005\r\n", "POST /a?b HTTP/1.1");
    EXPECT_EQ(written(sized.head), "POST /a?b HTTP/1.1\r\n" + kHost + kForwarded + "Content-Length: 5\r\n\r\n");
    const auto empty = make_request("Content-Length: 0\r\n", "POST /a?b HTTP/1.1");
    EXPECT_EQ(written(empty.head), "POST /a?b HTTP/1.1\r\n" + kHost + kForwarded + "Content-Length: 0\r\n\r\n");
    const auto chunked = make_request("transfer-ENCODING:  Chunked\r\n", "POST /a?b HTTP/1.1");
    EXPECT_EQ(written(chunked.head),
              "POST /a?b HTTP/1.1\r\n" + kHost + kForwarded + "Transfer-Encoding: chunked\r\n\r\n");
}

TEST(RequestHeadWriter, ReplacesHostByTheAuthorityOfAnAbsoluteTarget) {
    const auto request = make_request("Host: other\r\n", "GET http://in.example:8080/a?b HTTP/1.1");
    EXPECT_EQ(written(request.head), "GET /a?b HTTP/1.1\r\n" + kHost + kForwarded + "\r\n");
}

TEST(RequestHeadWriter, SaysWhatTheConnectionIsFor) {
    const auto plain = make_request("");
    EXPECT_EQ(written(plain.head, UpstreamPersistence::close),
              "GET /a?b HTTP/1.1\r\n" + kHost + "Connection: close\r\n" + kForwarded + "\r\n");
    const auto upgrade = make_request("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n");
    EXPECT_EQ(written(upgrade.head, UpstreamPersistence::close), "GET /a?b HTTP/1.1\r\n" + kHost +
                                                                     "Upgrade: websocket\r\nConnection: upgrade\r\n" +
                                                                     kForwarded + "Sec-WebSocket-Key: k\r\n\r\n");
    const auto trailers = make_request("Connection: TE\r\nTE: trailers\r\n");
    EXPECT_EQ(written(trailers.head),
              "GET /a?b HTTP/1.1\r\n" + kHost + "TE: trailers\r\nConnection: TE\r\n" + kForwarded + "\r\n");
    EXPECT_EQ(written(trailers.head, UpstreamPersistence::close),
              "GET /a?b HTTP/1.1\r\n" + kHost + "TE: trailers\r\nConnection: close, TE\r\n" + kForwarded + "\r\n");
}

TEST(RequestHeadWriter, SendsAnEmptyHostForAnHttp10RequestWithoutOne) {
    const std::string bytes = "GET / HTTP/1.0\r\n\r\n";
    RequestHead head;
    std::size_t scanned = 0;
    ASSERT_EQ(parse_request_head(bytes, scanned, {}, {}, head).error, HeadError::none);
    EXPECT_EQ(written(head).find("GET / HTTP/1.1\r\nHost: \r\nX-Request-ID"), 0U);
    EXPECT_EQ(written(head).find("X-Forwarded-Host"), std::string::npos);
}

}  // namespace
}  // namespace fairway::proxy::http1
