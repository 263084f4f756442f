// Which response fields a client sees, and the heads that are made of them.
#include "proxy/filters/response_fields.hpp"

#include <gtest/gtest.h>

#include <string>

#include "proxy/http1/head_parser.hpp"
#include "proxy/http1/response_head_writer.hpp"

namespace fairway::proxy {
namespace {

using http1::DownstreamPersistence;
using http1::ResponseFraming;

const std::string kDate = "Tue, 15 Nov 1994 08:12:31 GMT";

struct Endpoint {
    std::string bytes;
    ResponseHead head;

    explicit Endpoint(std::string_view fields, std::string_view line = "HTTP/1.1 200 Fine", Method method = Method::get)
        : bytes(std::string(line) + "\r\n" + std::string(fields) + "\r\n") {
        std::size_t scanned = 0;
        const auto result = http1::parse_response_head(bytes, scanned, {}, method, head);
        EXPECT_EQ(result.error, http1::HeadError::none) << http1::to_text(result.error);
    }
    Endpoint(const Endpoint&) = delete;
};

std::string written(const Endpoint& endpoint, const ResponseFieldRules& rules, const ResponseFraming& framing) {
    OutBuffer out;
    http1::write_response_head(out, endpoint.head, rules, framing);
    return std::string(out.view());
}

TEST(ResponseFields, PassWithoutThoseOfTheEndpointsHop) {
    const Endpoint endpoint(
        "Server: gunicorn\r\nDate: yesterday\r\nConnection: close, X-Mine\r\nKeep-Alive: 5\r\nX-Mine: 1\r\nX-Pad: x\r\n"
        "X-Accel-Redirect: /internal\r\nX-Accel-Buffering: no\r\nX-Accel-Expires: 1\r\nX-Accel-Charset: x\r\n"
        "X-Accel-Limit-Rate: 1\r\nContent-Type: text/plain\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\n"
        "Strict-Transport-Security: max-age=1\r\nContent-Length: 0005\r\n");
    const routing::Settings settings;
    EXPECT_EQ(written(endpoint, {.settings = settings, .date = kDate},
                      {.framing = Framing::content_length, .content_length = 5}),
              "HTTP/1.1 200 Fine\r\nDate: " + kDate +
                  "\r\nContent-Type: text/plain\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\n"
                  "Strict-Transport-Security: max-age=1\r\nContent-Length: 5\r\n\r\n");
}

TEST(ResponseFields, CarryOurHstsOverTls) {
    const Endpoint endpoint("Strict-Transport-Security: max-age=1\r\n");
    routing::Settings settings;
    EXPECT_EQ(written(endpoint, {.settings = settings, .tls = true}, {.framing = Framing::chunked}),
              "HTTP/1.1 200 Fine\r\nStrict-Transport-Security: max-age=31536000; includeSubDomains\r\n"
              "Transfer-Encoding: chunked\r\n\r\n");
    settings.hsts.value.clear();
    EXPECT_EQ(written(endpoint, {.settings = settings, .tls = true}, {.framing = Framing::chunked}),
              "HTTP/1.1 200 Fine\r\nStrict-Transport-Security: max-age=1\r\nTransfer-Encoding: chunked\r\n\r\n");
}

TEST(ResponseFields, FollowServerTokensAndHideHeaders) {
    const Endpoint endpoint("Server: x\r\nX-Powered-By: php\r\nx-secret: 1\r\nA: b\r\n");
    routing::Settings settings;
    settings.server_tokens = true;
    settings.hide_headers = {"x-powered-by", "X-Secret"};
    EXPECT_EQ(written(endpoint, {.settings = settings}, {.framing = Framing::chunked}),
              "HTTP/1.1 200 Fine\r\nServer: fairway\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n");
}

TEST(ResponseFields, AnnounceTrailersOnlyWhereTheyFollow) {
    const Endpoint endpoint("Trailer: T\r\nTransfer-Encoding: chunked\r\n");
    const routing::Settings settings;
    EXPECT_EQ(written(endpoint, {.settings = settings, .trailers_follow = true}, {.framing = Framing::chunked}),
              "HTTP/1.1 200 Fine\r\nTrailer: T\r\nTransfer-Encoding: chunked\r\n\r\n");
    EXPECT_EQ(written(endpoint, {.settings = settings},
                      {.client = Version::http_1_0,
                       .framing = Framing::until_close,
                       .persistence = DownstreamPersistence::close}),
              "HTTP/1.1 200 Fine\r\nConnection: close\r\n\r\n");
}

TEST(ResponseHeadWriter, KeepsTheLengthOfABodyThatIsNotThere) {
    const routing::Settings settings;
    const ResponseFieldRules rules{.settings = settings};
    const Endpoint head_answer("Content-Length: 1000\r\n", "HTTP/1.1 200 OK", Method::head);
    EXPECT_EQ(written(head_answer, rules, {}), "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    const Endpoint not_modified("Content-Length: 1000\r\n", "HTTP/1.1 304 Not Modified");
    EXPECT_EQ(written(not_modified, rules, {}), "HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\n\r\n");
    const Endpoint no_content("Content-Length: 0\r\n", "HTTP/1.1 204 No Content");
    EXPECT_EQ(written(no_content, rules, {}), "HTTP/1.1 204 No Content\r\n\r\n");
}

TEST(ResponseHeadWriter, SaysWhetherTheConnectionStays) {
    const routing::Settings settings;
    const ResponseFieldRules rules{.settings = settings};
    const Endpoint endpoint("", "HTTP/1.1 200");
    const auto line = [&](Version client, DownstreamPersistence persistence) {
        return written(endpoint, rules, {.client = client, .framing = Framing::none, .persistence = persistence});
    };
    EXPECT_EQ(line(Version::http_1_1, DownstreamPersistence::keep_alive), "HTTP/1.1 200 OK\r\n\r\n");
    EXPECT_EQ(line(Version::http_1_1, DownstreamPersistence::close), "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(line(Version::http_1_0, DownstreamPersistence::keep_alive),
              "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(line(Version::http_1_0, DownstreamPersistence::close), "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
}

TEST(ResponseHeadWriter, PassesAnUpgradeOn) {
    const routing::Settings settings;
    const Endpoint endpoint("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: k\r\n",
                            "HTTP/1.1 101 Switching Protocols");
    EXPECT_EQ(written(endpoint, {.settings = settings}, {}),
              "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: k\r\nUpgrade: websocket\r\nConnection: "
              "upgrade\r\n\r\n");
}

TEST(ResponseHeadWriter, WritesInterimHeadsAndTrailers) {
    const routing::Settings settings;
    const Endpoint hints("Link: </a>\r\nConnection: x\r\nX: 1\r\n", "HTTP/1.1 103 Early Hints");
    OutBuffer out;
    http1::write_interim_head(out, hints.head, {.settings = settings, .date = kDate});
    EXPECT_EQ(out.view(), "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
    out.clear();
    http1::write_trailers(out, {{"Grpc-Status", "0", FieldId::other, false}});
    EXPECT_EQ(out.view(), "Grpc-Status: 0\r\n\r\n");
}

TEST(FieldEdits, LastSetCounts) {
    FieldEdits edits;
    edits.set("x-one", "early");
    edits.set("X-Kept", "kept");
    edits.add("X-Two", "early");
    edits.set_all({{"X-One", "1"}, {"X-Two", "2"}, {"X-Three", ""}});
    edits.set("X-TWO", "late");
    std::string all;
    edits.for_each([&](auto name, auto value) { all.append(name).append("=").append(value).append(" "); });
    EXPECT_EQ(all, "X-Kept=kept X-One=1 X-TWO=late ");
    EXPECT_TRUE(edits.replaces("x-three"));
}

TEST(ResponseHeadWriter, WritesOurOwnAnswers) {
    const routing::Settings settings;
    OutBuffer out;
    http1::write_response_head(
        out, {.status = 308, .content_type = "text/html", .location = "https://h"},
        {.settings = settings, .date = kDate},
        {.framing = Framing::content_length, .content_length = 7, .persistence = DownstreamPersistence::close});
    EXPECT_EQ(
        out.view(),
        "HTTP/1.1 308 Permanent Redirect\r\nDate: " + kDate +
            "\r\nContent-Type: text/html\r\nLocation: https://h\r\nContent-Length: 7\r\nConnection: close\r\n\r\n");
}

}  // namespace
}  // namespace fairway::proxy
