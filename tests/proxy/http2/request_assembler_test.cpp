// What an HTTP/2 head becomes, and which ones never become anything.
#include "proxy/http2/request_assembler.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <utility>

namespace fairway::proxy::http2 {
namespace {

using http1::HeadError;
using Fields = std::vector<std::pair<std::string, std::string>>;

const Fields kGet = {{":method", "GET"}, {":scheme", "https"}, {":path", "/a?b"}, {":authority", "a.example"}};

Fields operator+(Fields fields, const Fields& more) {
    fields.insert(fields.end(), more.begin(), more.end());
    return fields;
}

enum class Body { none, follows };

struct Assembled {
    HeadError error;
    std::string line;
    RequestHead head;
    io::Buffer buffer;

    std::string_view field(std::string_view name) const { return find_field(head.fields, name); }
};

Assembled assemble(const Fields& fields, Body body = Body::none, std::size_t max_bytes = 32 * 1024) {
    static io::BufferPool buffers;
    RequestAssembler assembler(buffers);
    assembler.begin(max_bytes);
    for (const auto& [name, value] : fields) assembler.add(name, value);
    Assembled result;
    http1::HeadLimits limits;
    limits.max_head_bytes = max_bytes;
    auto head = assembler.finish(body == Body::none, limits, {}, result.head);
    result.error = head.error;
    result.line = head.request_line;
    result.buffer = std::move(head.buffer);
    return result;
}

TEST(RequestAssembler, GivesTheHeadOfAnHttp1Request) {
    const auto request = assemble(kGet + Fields{{"accept", "text/html"}, {"x-a", ""}});
    ASSERT_EQ(request.error, HeadError::none);
    EXPECT_EQ(request.line, "GET /a?b HTTP/2.0");
    EXPECT_EQ(request.head.version, Version::http_2);
    EXPECT_EQ(request.head.method, Method::get);
    EXPECT_EQ(request.head.path, "/a");
    EXPECT_EQ(request.head.authority, "a.example");
    EXPECT_EQ(request.head.framing, Framing::none);
    EXPECT_EQ(request.field("accept"), "text/html");
    EXPECT_EQ(request.field("x-a"), "");
}

TEST(RequestAssembler, BodyOfUnknownLengthIsChunked) {
    EXPECT_EQ(assemble(kGet, Body::follows).head.framing, Framing::chunked);
    const auto known = assemble(kGet + Fields{{"content-length", "5"}}, Body::follows);
    EXPECT_EQ(known.head.framing, Framing::content_length);
    EXPECT_EQ(known.head.content_length, 5u);
}

TEST(RequestAssembler, CookieCrumbsBecomeOneField) {
    const auto request = assemble(kGet + Fields{{"cookie", "a=1"}, {"x", "y"}, {"cookie", "b=2"}});
    EXPECT_EQ(request.field("cookie"), "a=1; b=2");
}

TEST(RequestAssembler, HostStandsInForAMissingAuthority) {
    const Fields head = {{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {"host", "b.example"}};
    EXPECT_EQ(assemble(head).head.authority, "b.example");
    EXPECT_EQ(assemble(kGet + Fields{{"host", "A.example"}}).error, HeadError::none);
}

TEST(RequestAssembler, KnowsWhatTheClientAccepts) {
    EXPECT_TRUE(assemble(kGet + Fields{{"te", "trailers"}}).head.accepts_trailers);
    EXPECT_TRUE(assemble(kGet + Fields{{"expect", "100-continue"}}, Body::follows).head.expect_continue);
    EXPECT_FALSE(assemble(kGet + Fields{{"expect", "100-continue"}}).head.expect_continue);
}

TEST(RequestAssembler, LargeHeadsMoveToALargerBuffer) {
    const std::string large(7000, 'v');
    const auto request = assemble(kGet + Fields{{"x-1", large}, {"x-2", large}, {"x-3", large}});
    ASSERT_EQ(request.error, HeadError::none);
    EXPECT_EQ(request.field("x-3"), large);
    EXPECT_EQ(request.head.path, "/a");
}

const Fields kExtendedConnect = {{":method", "CONNECT"},
                                 {":protocol", "websocket"},
                                 {":scheme", "https"},
                                 {":path", "/chat"},
                                 {":authority", "a.example"}};

TEST(RequestAssembler, ExtendedConnectIsTheHandshakeOfAWebSocket) {
    for (const Body body : {Body::follows, Body::none}) {
        const auto request =
            assemble(kExtendedConnect + Fields{{"sec-websocket-key", "theirs"}, {"expect", "100-continue"}}, body);
        ASSERT_EQ(request.error, HeadError::none);
        EXPECT_EQ(request.line, "GET /chat HTTP/2.0");
        EXPECT_EQ(request.head.method, Method::get);
        EXPECT_EQ(request.head.upgrade, "websocket");
        EXPECT_EQ(request.head.framing, Framing::none) << "what follows belongs to the tunnel";
        EXPECT_FALSE(request.head.expect_continue);
        EXPECT_EQ(request.head.websocket_key.size(), 24u);
        EXPECT_EQ(request.field("sec-websocket-key"), request.head.websocket_key);
    }
    EXPECT_EQ(assemble(kGet + Fields{{"sec-websocket-key", "theirs"}}).head.websocket_key, "");
}

Fields with_protocol(const std::string& protocol) {
    Fields fields = kExtendedConnect;
    fields[1].second = protocol;
    return fields;
}

Fields without(std::string_view name) {
    Fields fields = kExtendedConnect;
    std::erase_if(fields, [&](const auto& field) { return field.first == name; });
    return fields;
}

struct Refused {
    const char* name;
    Fields fields;
    std::optional<HeadError> error = {};  // any but none
};

class RefusedHead : public testing::TestWithParam<Refused> {};

TEST_P(RefusedHead, IsNeverARequest) {
    const auto error = assemble(GetParam().fields).error;
    EXPECT_NE(error, HeadError::none);
    if (GetParam().error) {
        EXPECT_EQ(error, *GetParam().error);
    }
}

Fields with_path(const std::string& path) {
    return {{":method", "GET"}, {":scheme", "http"}, {":path", path}, {":authority", "a"}};
}

const Refused kRefused[] = {
    {"LineBreakInValue", kGet + Fields{{"x", "a\r\nevil: 1"}}, HeadError::bad_field_value},
    {"BareLineFeedInValue", kGet + Fields{{"x", "a\nb"}}, HeadError::bad_field_value},
    {"NulInValue", kGet + Fields{{"x", std::string("a\0b", 3)}}, HeadError::bad_field_value},
    {"LineBreakInCookie", kGet + Fields{{"cookie", "a\r\nb: c"}}, HeadError::bad_field_value},
    {"ColonInName", kGet + Fields{{"x: y", "z"}}, HeadError::bad_field_name},
    {"LineBreakInName", kGet + Fields{{"x\r\ny", "z"}}, HeadError::bad_field_name},
    {"EmptyName", kGet + Fields{{"", "z"}}, HeadError::bad_field_name},
    {"LineBreakInPath", with_path("/ HTTP/1.1\r\nevil: 1\r\n\r\n")},
    {"BlankInPath", with_path("/a b")},
    {"FragmentInPath", with_path("/a#b")},
    {"NoSlashInPath", with_path("a")},
    {"EmptyPath", with_path("")},
    {"AbsolutePath", with_path("*")},
    {"LineBreakInAuthority", {{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {":authority", "a\r\nb: c"}}},
    {"UserInAuthority", {{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {":authority", "u@a"}}},
    {"LineBreakInMethod",
     {{":method", "GET / HTTP/1.1\r\n"}, {":scheme", "http"}, {":path", "/"}, {":authority", "a"}}},
    {"NoMethod", {{":scheme", "http"}, {":path", "/"}, {":authority", "a"}}},
    {"NoHost", {{":method", "GET"}, {":scheme", "http"}, {":path", "/"}}},
    {"Connect", {{":method", "CONNECT"}, {":authority", "a:443"}}},
    {"TwoPaths", kGet + Fields{{":path", "/b"}}},
    {"PseudoAfterField", kGet + Fields{{"x", "y"}, {":authority", "b"}}},
    {"UnknownPseudo", Fields{{":weird", "x"}} + kGet},
    {"HostDisagrees", kGet + Fields{{"host", "b.example"}}, HeadError::bad_host},
    {"TwoHosts", kGet + Fields{{"host", "a.example"}, {"host", "a.example"}}, HeadError::bad_host},
    {"TransferEncoding", kGet + Fields{{"transfer-encoding", "chunked"}}},
    {"Connection", kGet + Fields{{"connection", "close"}}},
    {"Upgrade", kGet + Fields{{"upgrade", "websocket"}}},
    {"TeOther", kGet + Fields{{"te", "gzip"}}},
    {"TwoLengths", kGet + Fields{{"content-length", "1"}, {"content-length", "1"}}, HeadError::bad_content_length},
    {"SignedLength", kGet + Fields{{"content-length", "+1"}}, HeadError::bad_content_length},
    {"LengthWithoutBody", kGet + Fields{{"content-length", "5"}}, HeadError::bad_content_length},
    {"OtherExpectation", kGet + Fields{{"expect", "a-pony"}}, HeadError::bad_expect},
    {"ProtocolNotWebSocket", with_protocol("connect-udp"), HeadError::unknown_protocol},
    {"ProtocolList", with_protocol("websocket,h2c"), HeadError::unknown_protocol},
    {"ProtocolH2c", with_protocol("h2c"), HeadError::unknown_protocol},
    {"LineBreakInProtocol", with_protocol("websocket\r\nevil: 1")},
    {"ProtocolInGet", Fields{{":protocol", "websocket"}} + kGet, HeadError::bad_request_line},
    {"ExtendedConnectWithoutPath", without(":path"), HeadError::bad_request_line},
    {"ExtendedConnectWithoutScheme", without(":scheme"), HeadError::bad_request_line},
    {"ExtendedConnectWithoutAuthority", without(":authority") + Fields{{"host", "a"}}, HeadError::bad_request_line},
    {"ExtendedConnectWithLength", kExtendedConnect + Fields{{"content-length", "0"}}, HeadError::bad_content_length},
    {"ExtendedConnectWithUpgrade", kExtendedConnect + Fields{{"upgrade", "h2c"}}, HeadError::bad_field_name},
    {"ExtendedConnectWithConnection", kExtendedConnect + Fields{{"connection", "x"}}, HeadError::bad_field_name},
    {"ConnectWithPath", without(":protocol")},
    {"TooLong", kGet + Fields{{"x", std::string(40000, 'a')}}},
};
INSTANTIATE_TEST_SUITE_P(Http2, RefusedHead, testing::ValuesIn(kRefused),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace fairway::proxy::http2
