// Request heads: what is accepted and what it means, and everything that must be refused.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "proxy/http1/head_parser.hpp"

namespace fairway::proxy::http1 {
namespace {

struct Parsed {
    HeadError error = HeadError::incomplete;
    std::size_t consumed = 0;
    RequestHead head;
};

Parsed parse(std::string_view bytes, const HeadLimits& limits = {}, const FieldNameRules& names = {}) {
    Parsed parsed;
    std::size_t scanned = 0;
    const auto result = parse_request_head(bytes, scanned, limits, names, parsed.head);
    parsed.error = result.error;
    parsed.consumed = result.consumed;
    return parsed;
}

/// The same, with one byte more each time, as from the slowest of clients.
Parsed parse_slowly(std::string_view bytes, const HeadLimits& limits = {}) {
    Parsed parsed;
    std::size_t scanned = 0;
    for (std::size_t size = 1; size <= bytes.size() && parsed.error == HeadError::incomplete; ++size) {
        const auto result = parse_request_head(bytes.substr(0, size), scanned, limits, {}, parsed.head);
        parsed.error = result.error;
        parsed.consumed = result.consumed;
    }
    return parsed;
}

std::string request(std::string_view fields, std::string_view line = "GET / HTTP/1.1") {
    return std::string(line) + "\r\n" + std::string(fields) + "\r\n";
}

TEST(RequestHead, ReadsAnOrdinaryRequest) {
    const std::string bytes =
        "GET /a/b?x=1&y=%20 HTTP/1.1\r\nHost: kubia.example.com:8080\r\nUser-Agent:curl/7.88.1\r\n"
        "Accept: \t */* \t\r\nEmpty:\r\n\r\nnext";
    const auto [error, consumed, head] = parse(bytes);
    ASSERT_EQ(error, HeadError::none) << to_text(error);
    EXPECT_EQ(consumed, bytes.size() - 4);
    EXPECT_EQ(head.method, Method::get);
    EXPECT_EQ(head.method_text, "GET");
    EXPECT_EQ(head.target, "/a/b?x=1&y=%20");
    EXPECT_EQ(head.origin_form, head.target);
    EXPECT_EQ(head.path, "/a/b");
    EXPECT_EQ(head.query, "x=1&y=%20");
    EXPECT_EQ(head.authority, "kubia.example.com:8080");
    EXPECT_EQ(head.version, Version::http_1_1);
    EXPECT_EQ(head.framing, Framing::none);
    EXPECT_TRUE(head.keep_alive);
    EXPECT_FALSE(head.expect_continue);
    ASSERT_EQ(head.fields.size(), 4U);
    EXPECT_EQ(head.fields[0].id, FieldId::host);
    EXPECT_EQ(head.fields[1].value, "curl/7.88.1");
    EXPECT_EQ(head.fields[2].value, "*/*");
    EXPECT_EQ(head.fields[3].name, "Empty");
    EXPECT_EQ(head.fields[3].value, "");
}

struct Refused {
    const char* name;
    std::string bytes;
    HeadError error;
};

class RefusedRequest : public testing::TestWithParam<Refused> {};

TEST_P(RefusedRequest, WholeOrByteByByte) {
    const auto& c = GetParam();
    EXPECT_EQ(parse(c.bytes).error, c.error) << to_text(parse(c.bytes).error);
    EXPECT_EQ(parse_slowly(c.bytes).error, c.error) << to_text(parse_slowly(c.bytes).error);
    EXPECT_EQ(parse(c.bytes).consumed, 0U);
}

std::string with_nul(std::string text) {
    for (auto& c : text)
        if (c == '@') c = '\0';
    return text;
}

const std::string kHost = "Host: h\r\n";

std::vector<Refused> smuggling_shapes() {
    using enum HeadError;
    return {
        {"ContentLengthThenChunked", request(kHost + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n"),
         length_conflict},
        {"ChunkedThenContentLength", request(kHost + "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n"),
         length_conflict},
        {"ContentLengthTwiceDifferent", request(kHost + "Content-Length: 6\r\nContent-Length: 5\r\n"),
         bad_content_length},
        {"ContentLengthTwiceEqual", request(kHost + "Content-Length: 5\r\nContent-Length: 5\r\n"), bad_content_length},
        {"ContentLengthList", request(kHost + "Content-Length: 5, 5\r\n"), bad_content_length},
        {"ContentLengthEmpty", request(kHost + "Content-Length:\r\n"), bad_content_length},
        {"ContentLengthPlus", request(kHost + "Content-Length: +5\r\n"), bad_content_length},
        {"ContentLengthMinus", request(kHost + "Content-Length: -5\r\n"), bad_content_length},
        {"ContentLengthHex", request(kHost + "Content-Length: 0x5\r\n"), bad_content_length},
        {"ContentLengthInnerSpace", request(kHost + "Content-Length: 5 5\r\n"), bad_content_length},
        {"ContentLengthFraction", request(kHost + "Content-Length: 5.0\r\n"), bad_content_length},
        {"ContentLengthOver63Bits", request(kHost + "Content-Length: 9223372036854775808\r\n"), bad_content_length},
        {"ContentLengthOver64Bits", request(kHost + "Content-Length: 18446744073709551621\r\n"), bad_content_length},
        {"ContentLengthOtherDigits", request(kHost + "Content-Length: \xd9\xa5\r\n"), bad_content_length},
        {"ChunkedTwice", request(kHost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
         bad_transfer_encoding},
        {"ChunkedThenIdentity", request(kHost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
         bad_transfer_encoding},
        {"ChunkedListedTwice", request(kHost + "Transfer-Encoding: chunked, chunked\r\n"), bad_transfer_encoding},
        {"GzipThenChunked", request(kHost + "Transfer-Encoding: gzip, chunked\r\n"), bad_transfer_encoding},
        {"ChunkedThenGzip", request(kHost + "Transfer-Encoding: chunked, gzip\r\n"), bad_transfer_encoding},
        {"EncodingIdentity", request(kHost + "Transfer-Encoding: identity\r\n"), bad_transfer_encoding},
        {"EncodingXchunked", request(kHost + "Transfer-Encoding: xchunked\r\n"), bad_transfer_encoding},
        {"EncodingQuoted", request(kHost + "Transfer-Encoding: \"chunked\"\r\n"), bad_transfer_encoding},
        {"EncodingWithParameter", request(kHost + "Transfer-Encoding: chunked;q=1\r\n"), bad_transfer_encoding},
        {"EncodingTrailingComma", request(kHost + "Transfer-Encoding: chunked,\r\n"), bad_transfer_encoding},
        {"EncodingLeadingComma", request(kHost + "Transfer-Encoding: , chunked\r\n"), bad_transfer_encoding},
        {"EncodingEmpty", request(kHost + "Transfer-Encoding:\r\n"), bad_transfer_encoding},
        {"EncodingVerticalTab",
         request(kHost + "Transfer-Encoding:\x0b"
                         "chunked\r\n"),
         bad_field_value},
        {"EncodingHighByte", request(kHost + "Transfer-Encoding: chunked\xa0\r\n"), bad_transfer_encoding},
        {"EncodingFromHttp10", request(kHost + "Transfer-Encoding: chunked\r\n", "POST / HTTP/1.0"),
         bad_transfer_encoding},
        {"EncodingSpaceBeforeColon", request(kHost + "Transfer-Encoding : chunked\r\n"), bad_field_name},
        {"EncodingTabBeforeColon", request(kHost + "Transfer-Encoding\t: chunked\r\n"), bad_field_name},
        {"EncodingOnFoldedLine", request(kHost + "Transfer-Encoding:\r\n chunked\r\n"), obsolete_fold},
        {"EncodingLineBeginsWithSpace", request(kHost + " Transfer-Encoding: chunked\r\n"), obsolete_fold},
        {"FirstLineBeginsWithSpace", request(" Host: h\r\n"), obsolete_fold},
        {"FoldWithTab", request(kHost + "A: b\r\n\tc\r\n"), obsolete_fold},
        {"EncodingAfterBareLf", request(kHost + "A: b\nTransfer-Encoding: chunked\r\n"), bad_line_end},
        {"EncodingAfterBareCr", request(kHost + "A: b\rTransfer-Encoding: chunked\r\n"), bad_line_end},
        {"NulInName", with_nul(request(kHost + "Content-Length@: 5\r\n")), bad_field_name},
        {"NulInValue", with_nul(request(kHost + "A: b@c\r\n")), bad_field_value},
        {"HighByteInName", request(kHost + "Content-Length\xff: 5\r\n"), bad_field_name},
    };
}

std::vector<Refused> line_shapes() {
    using enum HeadError;
    const std::string end = " HTTP/1.1\r\n" + kHost + "\r\n";
    return {
        {"BareLfHead", "GET / HTTP/1.1\nHost: h\n\n", bad_line_end},
        {"BareLfAfterField", "GET / HTTP/1.1\r\nHost: h\n\r\n", bad_line_end},
        {"BareLfAsEmptyLine", "GET / HTTP/1.1\r\nHost: h\r\n\n", bad_line_end},
        {"BareCrAsEmptyLine", "GET / HTTP/1.1\r\nHost: h\r\n\rX\r\n\r\n", bad_line_end},
        {"CrCrLf", "GET / HTTP/1.1\r\r\nHost: h\r\n\r\n", bad_line_end},
        {"FieldWithoutColon", request(kHost + "Junk\r\n"), bad_field_name},
        {"FieldWithoutName", request(kHost + ": v\r\n"), bad_field_name},
        {"FieldNameWithSpace", request(kHost + "A B: v\r\n"), bad_field_name},
        {"FieldNameInBrackets", request(kHost + "(A): v\r\n"), bad_field_name},
        {"DelInValue", request(kHost + "A: b\x7f\r\n"), bad_field_value},
        {"EscapeInValue", request(kHost + "A: \x1b[31m\r\n"), bad_field_value},
        {"LfBeforeRequestLine", "\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", bad_line_end},
        {"SpaceBeforeRequestLine", " GET / HTTP/1.1\r\nHost: h\r\n\r\n", bad_method},
        {"ManyEmptyLines", "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", bad_request_line},
        {"TwoSpacesAfterMethod", "GET  /" + end, bad_request_line},
        {"TwoSpacesAfterTarget", "GET / " + end, bad_request_line},
        {"TabAsSeparator", "GET\t/" + end, bad_method},
        {"SpaceAtEnd", "GET / HTTP/1.1 \r\n" + kHost + "\r\n", bad_request_line},
        {"NoVersion", "GET /\r\n" + kHost + "\r\n", bad_request_line},
        {"NoTarget", "GET\r\n" + kHost + "\r\n", bad_request_line},
        {"MethodWithColon", "GE:T /" + end, bad_method},
        {"MethodTooLong", std::string(33, 'M') + " /" + end, bad_method},
        {"TlsClientHello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), bad_method},
        {"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", bad_version},
        {"Http09", "GET / HTTP/0.9\r\n\r\n", bad_version},
        {"Http12", "GET / HTTP/1.2\r\n\r\n", bad_version},
        {"LowerCaseVersion", "GET / http/1.1\r\n\r\n", bad_request_line},
        {"VersionWithTwoDigits", "GET / HTTP/1.10\r\n\r\n", bad_request_line},
        {"VersionWithLetters", "GET / HTTP/one\r\n\r\n", bad_request_line},
        {"OtherProtocol", "GET / ICAP/1.0\r\n\r\n", bad_request_line},
        {"SpaceInTarget", "GET /a b" + end, bad_request_line},
        {"FragmentInTarget", "GET /a#b" + end, bad_target},
        {"TabInTarget", "GET /a\tb" + end, bad_target},
        {"DelInTarget", "GET /a\x7f" + end, bad_target},
        {"NulInTarget", with_nul("GET /a@" + end), bad_target},
        {"RelativeTarget", "GET a/b" + end, bad_target},
        {"QueryOnlyTarget", "GET ?a" + end, bad_target},
        {"AsteriskForGet", "GET *" + end, bad_target},
        {"AsteriskWithMore", "OPTIONS *x" + end, bad_target},
        {"Connect", "CONNECT h:443" + end, bad_target},
        {"ConnectOriginForm", "CONNECT /" + end, bad_target},
        {"AuthorityFormForGet", "GET h:80" + end, bad_target},
        {"UnknownScheme", "GET ftp://h/" + end, bad_target},
        {"FileScheme", "GET file:///etc/passwd" + end, bad_target},
        {"AbsoluteWithoutHost", "GET http:///a" + end, bad_target},
        {"AbsoluteWithNothing", "GET http://" + end, bad_target},
        {"AbsoluteWithUser", "GET http://me:pw@h/" + end, bad_target},
        {"AbsoluteWithQueryOnly", "GET http://h?a" + end, bad_target},
        {"AbsoluteWithBadPort", "GET http://h:99999/" + end, bad_target},
        {"AbsoluteWithBadHost", "GET http://h_%20/" + end, bad_target},
    };
}

std::vector<Refused> host_shapes() {
    using enum HeadError;
    const auto host = [](std::string value) { return request("Host: " + value + "\r\n"); };
    return {
        {"HostMissing", request("A: b\r\n"), bad_host},
        {"HostEmpty", host(""), bad_host},
        {"HostTwice", request("Host: a\r\nHost: b\r\n"), bad_host},
        {"HostTwiceEqual", request("Host: a\r\nHost: a\r\n"), bad_host},
        {"HostTwiceOtherCase", request("Host: a\r\nhOST: a\r\n"), bad_host},
        {"HostTwiceInHttp10", request("Host: a\r\nHost: a\r\n", "GET / HTTP/1.0"), bad_host},
        {"HostList", host("a, b"), bad_host},
        {"HostWithPath", host("a/b"), bad_host},
        {"HostWithUser", host("u@a"), bad_host},
        {"HostWithQuery", host("a?b"), bad_host},
        {"HostWithSpace", host("a b"), bad_host},
        {"HostWithQuote", host("a\"b"), bad_host},
        {"HostWithPercent", host("a%2eb"), bad_host},
        {"HostWithHighByte", host("\xc3\xa4.example"), bad_host},
        {"HostIsDot", host("."), bad_host},
        {"HostWithEmptyLabel", host("a..b"), bad_host},
        {"HostWithLeadingDot", host(".a"), bad_host},
        {"HostTooLong", host(std::string(256, 'a')), bad_host},
        {"HostEmptyPort", host("a:"), bad_host},
        {"HostPortZero", host("a:0"), bad_host},
        {"HostPortTooLarge", host("a:65536"), bad_host},
        {"HostPortLetters", host("a:http"), bad_host},
        {"HostTwoPorts", host("a:80:80"), bad_host},
        {"HostOnlyPort", host(":80"), bad_host},
        {"HostUnclosedBracket", host("[::1"), bad_host},
        {"HostEmptyBrackets", host("[]"), bad_host},
        {"HostV4InBrackets", host("[127.0.0.1]"), bad_host},
        {"HostZone", host("[fe80::1%25eth0]"), bad_host},
        {"HostAfterBracket", host("[::1]x"), bad_host},
        {"HostSpaceBeforeColon", request("Host : a\r\n"), bad_field_name},
        {"AbsoluteWithBadHostField", request("Host: a b\r\n", "GET http://good/ HTTP/1.1"), bad_host},
        {"AbsoluteWithoutHostField", request("", "GET http://good/ HTTP/1.1"), bad_host},
        {"ExpectSomethingElse", request(kHost + "Expect: 200-ok\r\n"), bad_expect},
        {"ExpectTwoThings", request(kHost + "Expect: 100-continue\r\nExpect: x\r\n"), bad_expect},
    };
}

auto name_of = [](const auto& info) { return std::string(info.param.name); };
INSTANTIATE_TEST_SUITE_P(Smuggling, RefusedRequest, testing::ValuesIn(smuggling_shapes()), name_of);
INSTANTIATE_TEST_SUITE_P(Lines, RefusedRequest, testing::ValuesIn(line_shapes()), name_of);
INSTANTIATE_TEST_SUITE_P(Hosts, RefusedRequest, testing::ValuesIn(host_shapes()), name_of);

struct Target {
    const char* line;
    const char* path;
    const char* query;
    const char* origin_form;
    const char* authority;
};

TEST(RequestTarget, IsReadInEveryFormThatReachesAServer) {
    const Target cases[] = {
        {"GET / HTTP/1.1", "/", "", "/", "h"},
        {"GET /?  HTTP/1.1", nullptr, nullptr, nullptr, nullptr},
        {"GET /? HTTP/1.1", "/", "", "/?", "h"},
        {"GET /a?b?c HTTP/1.1", "/a", "b?c", "/a?b?c", "h"},
        {"GET //x/../y HTTP/1.1", "//x/../y", "", "//x/../y", "h"},
        {"GET /\xc3\xa4 HTTP/1.1", "/\xc3\xa4", "", "/\xc3\xa4", "h"},
        {"GET /{a}|\"<b>\\^` HTTP/1.1", "/{a}|\"<b>\\^`", "", "/{a}|\"<b>\\^`", "h"},
        {"GET http://other:81/a?b HTTP/1.1", "/a", "b", "/a?b", "other:81"},
        {"GET HTTPS://Other HTTP/1.1", "/", "", "/", "Other"},
        {"GET http://[::1]:81/ HTTP/1.1", "/", "", "/", "[::1]:81"},
        {"OPTIONS * HTTP/1.1", "/", "", "*", "h"},
        {"OPTIONS http://other HTTP/1.1", "/", "", "*", "other"},
        {"OPTIONS http://other/ HTTP/1.1", "/", "", "/", "other"},
    };
    for (const auto& c : cases) {
        const auto bytes = request(kHost, c.line);
        const auto parsed = parse(bytes);
        if (c.path == nullptr) {
            EXPECT_NE(parsed.error, HeadError::none) << c.line;
            continue;
        }
        ASSERT_EQ(parsed.error, HeadError::none) << c.line << ": " << to_text(parsed.error);
        EXPECT_EQ(parsed.head.path, c.path) << c.line;
        EXPECT_EQ(parsed.head.query, c.query) << c.line;
        EXPECT_EQ(parsed.head.origin_form, c.origin_form) << c.line;
        EXPECT_EQ(parsed.head.authority, c.authority) << c.line;
    }
}

TEST(RequestHost, TakesNamesAddressesAndPorts) {
    for (const char* host :
         {"a", "A.Example.", "a-b_c~d", "127.0.0.1:80", "[::1]", "[2001:db8::1]:65535", "1", "a:1"}) {
        const auto bytes = request("Host: " + std::string(host) + "\r\n");
        const auto parsed = parse(bytes);
        EXPECT_EQ(parsed.error, HeadError::none) << host;
        EXPECT_EQ(parsed.head.authority, host);
    }
}

TEST(RequestHost, MayBeMissingInHttp10) {
    const auto parsed = parse("GET / HTTP/1.0\r\n\r\n");
    EXPECT_EQ(parsed.error, HeadError::none);
    EXPECT_EQ(parsed.head.authority, "");
    EXPECT_EQ(parsed.head.version, Version::http_1_0);
    EXPECT_FALSE(parsed.head.keep_alive);
}

TEST(RequestFraming, FollowsContentLengthAndChunked) {
    const auto none = parse(request(kHost, "POST / HTTP/1.1"));
    EXPECT_EQ(none.head.framing, Framing::none);

    const std::string sized_bytes = request(kHost + "Content-Length: 9223372036854775807\r\n", "POST / HTTP/1.1");
    const auto sized = parse(sized_bytes);
    EXPECT_EQ(sized.error, HeadError::none);
    EXPECT_EQ(sized.head.framing, Framing::content_length);
    EXPECT_EQ(sized.head.content_length, 9223372036854775807U);

    const auto empty = parse(request(kHost + "Content-Length: 0\r\n", "POST / HTTP/1.1"));
    EXPECT_EQ(empty.head.framing, Framing::content_length);
    EXPECT_EQ(empty.head.content_length, 0U);

    for (const char* value : {"chunked", "Chunked", "CHUNKED \t"}) {
        const auto chunked = parse(request(kHost + "Transfer-Encoding: " + value + "\r\n"));
        EXPECT_EQ(chunked.error, HeadError::none) << value;
        EXPECT_EQ(chunked.head.framing, Framing::chunked) << value;
    }
}

TEST(RequestConnection, DecidesPersistence) {
    const struct {
        const char* line;
        const char* connection;
        bool keep_alive;
    } cases[] = {
        {"GET / HTTP/1.1", "", true},
        {"GET / HTTP/1.1", "Connection: close\r\n", false},
        {"GET / HTTP/1.1", "Connection: keep-alive, Close\r\n", false},
        {"GET / HTTP/1.1", "Connection: keep-alive\r\nConnection: close\r\n", false},
        {"GET / HTTP/1.1", "Connection: foo,,\t,bar\r\n", true},
        {"GET / HTTP/1.1", "Connection: xclose\r\n", true},
        {"GET / HTTP/1.0", "", false},
        {"GET / HTTP/1.0", "Connection: Keep-Alive\r\n", true},
        {"GET / HTTP/1.0", "Connection: Keep-Alive, close\r\n", false},
        {"GET / HTTP/1.0", "Proxy-Connection: keep-alive\r\n", false},
    };
    for (const auto& c : cases)
        EXPECT_EQ(parse(request(kHost + c.connection, c.line)).head.keep_alive, c.keep_alive) << c.line << c.connection;
}

std::vector<std::string> hop_by_hop(std::string_view bytes) {
    const auto parsed = parse(bytes);
    EXPECT_EQ(parsed.error, HeadError::none);
    std::vector<std::string> names;
    for (const auto& field : parsed.head.fields)
        if (field.hop_by_hop) names.emplace_back(field.name);
    return names;
}

TEST(RequestConnection, MarksFieldsOfThisHop) {
    using Names = std::vector<std::string>;
    EXPECT_EQ(
        hop_by_hop(request(kHost + "Connection: close, X-Mine , x-other\r\nx-mine: 1\r\nX-OTHER: 2\r\nAccept: a\r\n")),
        (Names{"Connection", "x-mine", "X-OTHER"}));
    EXPECT_EQ(hop_by_hop(
                  request(kHost + "Keep-Alive: 5\r\nProxy-Connection: close\r\nTE: x\r\nUpgrade: y\r\nTrailer: z\r\n")),
              (Names{"Keep-Alive", "Proxy-Connection", "TE", "Upgrade"}));
    EXPECT_EQ(hop_by_hop(request(kHost + "Connection: trailer\r\nTrailer: z\r\n")), (Names{"Connection", "Trailer"}));
    EXPECT_EQ(hop_by_hop(request(kHost + "Proxy-Authorization: x\r\nProxy-Authenticate: y\r\n")), Names{});
}

TEST(RequestConnection, CannotStripWhatSaysWhoIsAsking) {
    const std::string names[] = {
        "Host",         "Content-Length",   "Authorization",      "Cookie",       "X-Forwarded-For",
        "X-Real-IP",    "X-Forwarded-User", "X-Auth-Request",     "X-Request-ID", "Forwarded",
        "Content-Type", "True-Client-IP",   "Proxy-Authorization"};
    for (const auto& name : names) {
        const bool is_host = name == "Host";
        const std::string field = is_host ? "" : name + (name == "Content-Length" ? ": 3\r\n" : ": x\r\n");
        EXPECT_EQ(hop_by_hop(request(kHost + "Connection: " + name + "\r\n" + field)),
                  std::vector<std::string>{"Connection"})
            << name;
    }
}

TEST(RequestConnection, MayNameOnlySoManyFields) {
    std::string options;
    for (int i = 0; i < 33; ++i) options += "a,";
    EXPECT_EQ(parse(request(kHost + "Connection: " + options + "\r\n")).error, HeadError::bad_field_value);
}

TEST(RequestUpgrade, CountsOnlyWhenConnectionNamesIt) {
    const auto upgrade = [](const std::string& fields, std::string_view line = "GET / HTTP/1.1") {
        const auto bytes = request(kHost + fields, line);
        return std::string(parse(bytes).head.upgrade);
    };
    EXPECT_EQ(upgrade("Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"), "websocket");
    EXPECT_EQ(upgrade("Upgrade: websocket\r\n"), "");
    EXPECT_EQ(upgrade("Connection: upgrade\r\n"), "");
    EXPECT_EQ(upgrade("Connection: upgrade\r\nUpgrade: websocket\r\n", "GET / HTTP/1.0"), "");
    EXPECT_EQ(upgrade("Connection: upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n"), "");
    EXPECT_EQ(upgrade("Connection: upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAM\r\n"), "");
    EXPECT_EQ(upgrade("Connection: upgrade\r\nUpgrade: websocket, H2C\r\n"), "");
}

TEST(RequestExpect, IsHeededFromHttp11WithABody) {
    const auto expects = [](const std::string& fields, std::string_view line) {
        const auto bytes = request(kHost + fields, line);
        const auto parsed = parse(bytes);
        EXPECT_EQ(parsed.error, HeadError::none);
        return parsed.head.expect_continue;
    };
    EXPECT_TRUE(expects("Expect: 100-Continue\r\nContent-Length: 1\r\n", "PUT / HTTP/1.1"));
    EXPECT_TRUE(expects("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n", "PUT / HTTP/1.1"));
    EXPECT_FALSE(expects("Expect: 100-continue\r\nContent-Length: 0\r\n", "PUT / HTTP/1.1"));
    EXPECT_FALSE(expects("Expect: 100-continue\r\n", "PUT / HTTP/1.1"));
    EXPECT_FALSE(expects("Expect: 100-continue\r\nContent-Length: 1\r\n", "PUT / HTTP/1.0"));
    EXPECT_FALSE(expects("Expect: nonsense\r\n", "PUT / HTTP/1.0"));
}

TEST(RequestTe, AcceptsTrailersWhenConnectionNamesIt) {
    EXPECT_TRUE(parse(request(kHost + "Connection: TE\r\nTE: trailers\r\n")).head.accepts_trailers);
    EXPECT_FALSE(parse(request(kHost + "TE: trailers\r\n")).head.accepts_trailers);
    EXPECT_FALSE(parse(request(kHost + "Connection: TE\r\nTE: gzip\r\n")).head.accepts_trailers);
}

std::vector<std::string> kept_names(const FieldNameRules& rules) {
    const std::string bytes = request(kHost + "A_b: 1\r\nA.b: 2\r\nTransfer_Encoding: chunked\r\n_: 3\r\nab: 4\r\n");
    const auto parsed = parse(bytes, {}, rules);
    EXPECT_EQ(parsed.error, HeadError::none);
    std::vector<std::string> names;
    for (const auto& field : parsed.head.fields) names.emplace_back(field.name);
    return names;
}

TEST(FieldNames, UnusualOnesAreDroppedAsNginxDoes) {
    using Names = std::vector<std::string>;
    EXPECT_EQ(kept_names({.underscores = false, .ignore_invalid = true}), (Names{"Host", "ab"}));
    EXPECT_EQ(kept_names({.underscores = true, .ignore_invalid = true}),
              (Names{"Host", "A_b", "Transfer_Encoding", "_", "ab"}));
    EXPECT_EQ(kept_names({.underscores = false, .ignore_invalid = false}),
              (Names{"Host", "A_b", "A.b", "Transfer_Encoding", "_", "ab"}));
}

TEST(RequestLimits, HaveTheirOwnErrors) {
    const HeadLimits limits{.max_target_bytes = 20, .max_line_bytes = 30, .max_head_bytes = 100, .max_fields = 4};
    const auto target = [](std::size_t size) { return "GET /" + std::string(size - 1, 'a') + " HTTP/1.1"; };
    const auto error_of = [&](const std::string& bytes) {
        const auto whole = parse(bytes, limits).error;
        EXPECT_EQ(parse_slowly(bytes, limits).error, whole) << bytes;
        return whole;
    };
    EXPECT_EQ(error_of(request(kHost, target(20))), HeadError::none);
    EXPECT_EQ(error_of(request(kHost, target(21))), HeadError::target_too_long);
    EXPECT_EQ(error_of(request(kHost + "A: " + std::string(25, 'a') + "\r\n")), HeadError::none);
    EXPECT_EQ(error_of(request(kHost + "A: " + std::string(26, 'a') + "\r\n")), HeadError::field_too_long);
    EXPECT_EQ(error_of(request(kHost + "A:1\r\nB:2\r\nC:3\r\n")), HeadError::none);
    EXPECT_EQ(error_of(request(kHost + "A:1\r\nB:2\r\nC:3\r\nD:4\r\n")), HeadError::too_many_fields);
    const std::string lines = "A: " + std::string(25, 'a') + "\r\nB: " + std::string(25, 'b') + "\r\n";
    EXPECT_EQ(error_of(request(kHost + lines + "C: 45678901\r\n")), HeadError::none) << "100 bytes";
    EXPECT_EQ(error_of(request(kHost + lines + "C: 456789012\r\n")), HeadError::head_too_long) << "101 bytes";
}

TEST(RequestLimits, HoldBeforeTheEndOfTheHeadArrives) {
    const HeadLimits limits{.max_target_bytes = 20, .max_line_bytes = 30, .max_head_bytes = 100, .max_fields = 4};
    EXPECT_EQ(parse("GET /" + std::string(20, 'a'), limits).error, HeadError::target_too_long);
    EXPECT_EQ(parse("GET / HTTP/1.1\r\n" + std::string(31, 'a'), limits).error, HeadError::field_too_long);
    EXPECT_EQ(parse("GET / HTTP/1.1\r\nA: " + std::string(31, 'a'), limits).error, HeadError::field_too_long);
    const std::string field = "A: 8901234567890123456789\r\n";
    const std::string endless = "GET / HTTP/1.1\r\n" + field + field + field + std::string(30, 'D');
    EXPECT_EQ(parse(endless.substr(0, 99), limits).error, HeadError::incomplete);
    EXPECT_EQ(parse(endless.substr(0, 100), limits).error, HeadError::head_too_long);
}

TEST(RequestHead, SkipsAFewEmptyLinesBeforeIt) {
    const std::string bytes = "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\nX";
    EXPECT_EQ(parse(bytes).consumed, bytes.size() - 1);
    EXPECT_EQ(parse_slowly(bytes).consumed, bytes.size() - 1);
}

TEST(RequestHead, IsTheSameWholeOrByteByByte) {
    const std::string bytes = "POST http://a.example/x?y HTTP/1.1\r\nHost: b.example\r\nConnection: x\r\nX: "
                              "1\r\nContent-Length: 5\r\n\r\nhello";
    const auto whole = parse(bytes);
    const auto slow = parse_slowly(bytes);
    ASSERT_EQ(slow.error, HeadError::none);
    EXPECT_EQ(slow.consumed, whole.consumed);
    EXPECT_EQ(slow.head.authority, "a.example");
    EXPECT_EQ(slow.head.content_length, 5U);
    ASSERT_EQ(slow.head.fields.size(), whole.head.fields.size());
    EXPECT_TRUE(slow.head.fields[2].hop_by_hop);
}

TEST(RequestHead, IsIncompleteUntilItsLastByte) {
    const std::string bytes = "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n";
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_EQ(parse(bytes.substr(0, size)).error, HeadError::incomplete) << size;
}

TEST(HeadError, GivesTheStatusOfTheErrorTable) {
    EXPECT_EQ(status_of(HeadError::bad_host), 400);
    EXPECT_EQ(status_of(HeadError::target_too_long), 414);
    EXPECT_EQ(status_of(HeadError::field_too_long), 431);
    EXPECT_EQ(status_of(HeadError::head_too_long), 431);
    EXPECT_EQ(status_of(HeadError::too_many_fields), 431);
    EXPECT_EQ(status_of(HeadError::bad_expect), 417);
    EXPECT_EQ(status_of(HeadError::bad_version), 505);
}

}  // namespace
}  // namespace fairway::proxy::http1
