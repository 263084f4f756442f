// Request smuggling: whatever two programs could read differently is refused, and what is accepted reaches the endpoint
// in one spelling. Every test looks at all bytes that the endpoint was sent.
#include "wire/hostile_fixture.hpp"

namespace fairway::wire {
namespace {

using namespace std::string_literals;

std::string name_of_row(const auto& info) { return info.param.name; }
void PrintTo(const auto& row, std::ostream* out)
    requires requires { row.request; }
{
    *out << testing::PrintToString(row.request);
}

// --- refused requests ---

struct Refused {
    const char* name;
    std::string request;
    std::string status = "400 Bad Request";
};

class RefusedRequest : public HostileTest, public testing::WithParamInterface<Refused> {};

TEST_P(RefusedRequest, IsAnsweredOnceAndReachesNoEndpoint) {
    start();
    const std::string answer = answer_to(GetParam().request + std::string(kPoison));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + GetParam().status + "\r\n")) << answer;
    EXPECT_TRUE(contains(answer, "\r\nConnection: close\r\n")) << answer;
    EXPECT_EQ(responses_in(answer), 1u) << answer;
    EXPECT_FALSE(contains(answer, "[reset]")) << answer;
    server.reset();
    EXPECT_TRUE(endpoint.nobody_connected());
}

std::string post(const std::string& fields, const std::string& body = "") {
    return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}
std::string get(const std::string& fields) { return "GET / HTTP/1.1\r\n" + fields + "\r\n"; }
std::string line(const std::string& request_line) { return request_line + "\r\nHost: a\r\n\r\n"; }

const std::string kClFirst = "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n";
const std::string kTeFirst = "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n";

INSTANTIATE_TEST_SUITE_P(
    BothLengths, RefusedRequest,
    testing::Values(Refused{"ClTe", post(kClFirst, "0\r\n\r\nG")}, Refused{"TeCl", post(kTeFirst, "0\r\n\r\nG")},
                    Refused{"ClZeroTe", post("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
                    Refused{"ClTeOfUnknownCoding", post("Content-Length: 3\r\nTransfer-Encoding: x\r\n", "abc")},
                    Refused{"ClTeOnGet", get("Host: a\r\n" + kClFirst)},
                    Refused{"TeHiddenFromConnection",
                            post("Connection: Transfer-Encoding\r\n" + kClFirst, "0\r\n\r\n")},
                    Refused{"ClHiddenByConnection", post("Connection: Content-Length\r\n" + kTeFirst, "0\r\n\r\n")}),
    name_of_row<testing::TestParamInfo<Refused>>);

std::string coding(const std::string& value) { return post("Transfer-Encoding: " + value + "\r\n", "0\r\n\r\n"); }

INSTANTIATE_TEST_SUITE_P(
    TransferEncoding, RefusedRequest,
    testing::Values(Refused{"Unknown", coding("xchunked")}, Refused{"Identity", coding("identity")},
                    Refused{"ChunkedIdentity", coding("chunked, identity")},
                    Refused{"IdentityChunked", coding("identity, chunked")},
                    Refused{"GzipChunked", coding("gzip, chunked")},
                    Refused{"ChunkedTwice", coding("chunked, chunked")},
                    Refused{"ChunkedEmptyMember", coding("chunked,")},
                    Refused{"EmptyMemberChunked", coding(",chunked")}, Refused{"Parameter", coding("chunked;q=1")},
                    Refused{"Quoted", coding("\"chunked\"")},
                    Refused{"VerticalTab", coding("\x0b"
                                                  "chunked")},
                    Refused{"VerticalTabBehind", coding("chunked\x0b")},
                    Refused{"FormFeed", coding("\x0c"
                                               "chunked")},
                    Refused{"Nul", coding("chunked\0"s)},
                    Refused{"NoBreakSpace", coding("\xa0"
                                                   "chunked")},
                    Refused{"LongS", coding("\xc5\xbf"
                                            "chunked")},
                    Refused{"Empty", coding("")}, Refused{"Cow", coding("cow")},
                    Refused{"TwoFieldsSecondUnknown", coding("chunked\r\nTransfer-Encoding: cow")},
                    Refused{"TwoFieldsFirstUnknown", coding("cow\r\nTransfer-Encoding: chunked")},
                    Refused{"TwoFieldsEqual", coding("chunked\r\nTransfer-Encoding: chunked")},
                    Refused{"SpaceBeforeColon", post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n")},
                    Refused{"TabBeforeColon", post("Transfer-Encoding\t: chunked\r\n", "0\r\n\r\n")},
                    Refused{"SpaceBeforeName", post(" Transfer-Encoding: chunked\r\n", "0\r\n\r\n")},
                    Refused{"FoldedValue", post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n")},
                    Refused{"BehindBareLf", post("X: y\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
                    Refused{"BehindBareCr", post("X: y\rTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
                    Refused{"LfInName", post("Transfer-Encoding\n: chunked\r\n", "0\r\n\r\n")},
                    Refused{"Http10", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
                    Refused{"Http10KeepAlive", "POST / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n"
                                               "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}),
    name_of_row<testing::TestParamInfo<Refused>>);

std::string length(const std::string& value) { return post("Content-Length: " + value + "\r\n", "abcde"); }

INSTANTIATE_TEST_SUITE_P(
    ContentLength, RefusedRequest,
    testing::Values(
        Refused{"Different", length("5\r\nContent-Length: 6")}, Refused{"Equal", length("5\r\nContent-Length: 5")},
        Refused{"List", length("5, 5")}, Refused{"ListOfDifferent", length("5, 6")}, Refused{"Plus", length("+5")},
        Refused{"Minus", length("-5")}, Refused{"Hexadecimal", length("0x5")}, Refused{"HexadecimalDigit", length("a")},
        Refused{"SpaceInside", length("1 5")}, Refused{"TabInside", length("1\t5")}, Refused{"Empty", length("")},
        Refused{"Fraction", length("5.0")}, Refused{"Exponent", length("5e0")}, Refused{"Semicolon", length("5;")},
        Refused{"Quoted", length("\"5\"")}, Refused{"Underscore", length("1_0")},
        Refused{"ArabicDigit", length("\xd9\xa5")}, Refused{"Overflow64", length("18446744073709551621")},
        Refused{"Overflow63", length("9223372036854775808")}, Refused{"ManyZeros", length("00000000000000000000005")},
        Refused{"VerticalTab", length("\x0b"
                                      "5")},
        Refused{"Nul", length("5\0"s)}, Refused{"SpaceBeforeColon", post("Content-Length : 5\r\n", "abcde")},
        Refused{"Folded", post("Content-Length:\r\n 5\r\n", "abcde")},
        Refused{"SecondBehindBareCr", post("Content-Length: 0\rContent-Length: 5\r\n", "abcde")}),
    name_of_row<testing::TestParamInfo<Refused>>);

INSTANTIATE_TEST_SUITE_P(LineEndsAndFolds, RefusedRequest,
                         testing::Values(Refused{"LfRequestLine", "GET / HTTP/1.1\nHost: a\r\n\r\n"},
                                         Refused{"LfField", "GET / HTTP/1.1\r\nHost: a\n\r\n"},
                                         Refused{"LfAll", "GET / HTTP/1.1\nHost: a\n\n"},
                                         Refused{"LfEmptyLine", "GET / HTTP/1.1\r\nHost: a\r\n\n"},
                                         Refused{"CrOnly", "GET / HTTP/1.1\rHost: a\r\r"},
                                         Refused{"CrCrLf", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n"},
                                         Refused{"CrInValue", get("Host: a\r\nX: b\rc\r\n")},
                                         Refused{"LfBeforeRequest", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
                                         Refused{"ManyEmptyLines", repeat("\r\n", 5) + get("Host: a\r\n")},
                                         Refused{"FoldWithSpace", get("Host: a\r\nX: b\r\n c\r\n")},
                                         Refused{"FoldWithTab", get("Host: a\r\nX: b\r\n\tc\r\n")},
                                         Refused{"FoldedHost", get("Host:\r\n a\r\n")},
                                         Refused{"FoldBeforeFirstField", get(" X: b\r\nHost: a\r\n")},
                                         Refused{"LineOfSpace", get("Host: a\r\n \r\n")}),
                         name_of_row<testing::TestParamInfo<Refused>>);

INSTANTIATE_TEST_SUITE_P(
    FieldNames, RefusedRequest,
    testing::Values(
        Refused{"SpaceBeforeColon", get("Host: a\r\nX : b\r\n")}, Refused{"Empty", get("Host: a\r\n: b\r\n")},
        Refused{"NoColon", get("Host: a\r\nX\r\n")}, Refused{"SpaceInside", get("Host: a\r\nX Y: b\r\n")},
        Refused{"Nul", get("Host: a\r\nX\0Y: b\r\n"s)}, Refused{"Brackets", get("Host: a\r\nX[0]: b\r\n")},
        Refused{"Quotes", get("Host: a\r\n\"X\": b\r\n")}, Refused{"Slash", get("Host: a\r\nX/Y: b\r\n")},
        Refused{"NotAscii", get("Host: a\r\nX\xe9: b\r\n")}, Refused{"NulInValue", get("Host: a\r\nX: b\0c\r\n"s)},
        Refused{"EscapeInValue", get("Host: a\r\nX: \x1b[0m\r\n")},
        Refused{"DelInValue", get("Host: a\r\nX: \x7f\r\n")},
        Refused{"TooManyNamedByConnection", get("Host: a\r\nConnection: " + repeat("x,", 64) + "\r\n")},
        Refused{"UnknownExpectation", post("Expect: 200-ok\r\nContent-Length: 2\r\n", "hi"), "417 Expectation Failed"}),
    name_of_row<testing::TestParamInfo<Refused>>);

INSTANTIATE_TEST_SUITE_P(
    Hosts, RefusedRequest,
    testing::Values(Refused{"Missing", get("X: y\r\n")}, Refused{"Empty", get("Host:\r\n")},
                    Refused{"Twice", get("Host: a\r\nHost: b\r\n")},
                    Refused{"TwiceTheSame", get("Host: a\r\nHost: a\r\n")},
                    Refused{"TwiceBesideAbsoluteForm", "GET http://a/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
                    Refused{"MissingBesideAbsoluteForm", "GET http://a/ HTTP/1.1\r\nX: y\r\n\r\n"},
                    Refused{"BadBesideAbsoluteForm", "GET http://a/ HTTP/1.1\r\nHost: a b\r\n\r\n"},
                    Refused{"List", get("Host: a, b\r\n")}, Refused{"Space", get("Host: a b\r\n")},
                    Refused{"UserInformation", get("Host: u@a\r\n")}, Refused{"Path", get("Host: a/b\r\n")},
                    Refused{"Query", get("Host: a?b\r\n")}, Refused{"Fragment", get("Host: a#b\r\n")},
                    Refused{"Escape", get("Host: a%00b\r\n")}, Refused{"Backslash", get("Host: a\\b\r\n")},
                    Refused{"PortTooLarge", get("Host: a:65536\r\n")}, Refused{"PortZero", get("Host: a:0\r\n")},
                    Refused{"PortNotANumber", get("Host: a:b\r\n")}, Refused{"EmptyPort", get("Host: a:\r\n")},
                    Refused{"TwoPorts", get("Host: a:80:90\r\n")}, Refused{"OpenBracket", get("Host: [::1\r\n")},
                    Refused{"BracketedName", get("Host: [a]\r\n")}, Refused{"EmptyLabel", get("Host: a..b\r\n")},
                    Refused{"SpaceBeforeColon", get("Host : a\r\n")}, Refused{"Hidden", get("X: y\nHost: a\r\n")},
                    Refused{"TooLong", get("Host: " + repeat("a", 256) + "\r\n")}),
    name_of_row<testing::TestParamInfo<Refused>>);

const std::string kNotSupported = "505 HTTP Version Not Supported";

INSTANTIATE_TEST_SUITE_P(
    RequestLines, RefusedRequest,
    testing::Values(
        Refused{"Http09", "GET /\r\n"}, Refused{"TwoSpaces", line("GET  / HTTP/1.1")},
        Refused{"TwoSpacesBeforeVersion", line("GET /  HTTP/1.1")}, Refused{"Tab", line("GET\t/ HTTP/1.1")},
        Refused{"LeadingSpace", line(" GET / HTTP/1.1")}, Refused{"TrailingSpace", line("GET / HTTP/1.1 ")},
        Refused{"FourParts", line("GET / x HTTP/1.1")}, Refused{"NoMethod", line("/ HTTP/1.1")},
        Refused{"MethodNotAToken", line("G(T / HTTP/1.1")},
        Refused{"MethodTooLong", line(repeat("A", 33) + " / HTTP/1.1")},
        Refused{"LowerCaseVersion", line("GET / http/1.1")}, Refused{"LongVersion", line("GET / HTTP/1.10")},
        Refused{"PaddedVersion", line("GET / HTTP/01.1")}, Refused{"OtherProtocol", line("GET / FTP/1.1")},
        Refused{"Http12", line("GET / HTTP/1.2"), kNotSupported},
        Refused{"Http20", line("GET / HTTP/2.0"), kNotSupported},
        Refused{"TlsClientHello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s},
        Refused{"Fragment", line("GET /a#b HTTP/1.1")}, Refused{"NulInTarget", line("GET /a\0b HTTP/1.1"s)},
        Refused{"CrInTarget", line("GET /a\rb HTTP/1.1")}, Refused{"DelInTarget", line("GET /a\x7f HTTP/1.1")},
        Refused{"RelativeTarget", line("GET a HTTP/1.1")}, Refused{"AsteriskWithGet", line("GET * HTTP/1.1")},
        Refused{"AuthorityForm", line("GET a:80 HTTP/1.1")}, Refused{"Connect", line("CONNECT a:80 HTTP/1.1")},
        Refused{"ConnectOriginForm", line("CONNECT / HTTP/1.1")}, Refused{"OtherScheme", line("GET ftp://a/ HTTP/1.1")},
        Refused{"UserInformation", line("GET http://a@b/ HTTP/1.1")},
        Refused{"NoAuthority", line("GET http:/// HTTP/1.1")},
        Refused{"QueryBehindAuthority", line("GET http://a?b HTTP/1.1")},
        Refused{"NulEscape", line("GET /a%00b HTTP/1.1")}, Refused{"CutEscape", line("GET /a%4 HTTP/1.1")},
        Refused{"BadEscape", line("GET /a%zz HTTP/1.1")}, Refused{"AboveTheRoot", line("GET /../etc HTTP/1.1")},
        Refused{"EscapedAboveTheRoot", line("GET /a/%2e%2e/%2E./etc HTTP/1.1")}),
    name_of_row<testing::TestParamInfo<Refused>>);

std::string chunked(const std::string& body) { return post("Transfer-Encoding: chunked\r\n", body); }

INSTANTIATE_TEST_SUITE_P(
    Chunks, RefusedRequest,
    testing::Values(
        Refused{"SizeNotHexadecimal", chunked("g\r\n")}, Refused{"NoSize", chunked("\r\n0\r\n\r\n")},
        Refused{"NegativeSize", chunked("-1\r\na\r\n0\r\n\r\n")}, Refused{"PlusSize", chunked("+1\r\na\r\n0\r\n\r\n")},
        Refused{"PrefixedSize", chunked("0x1\r\na\r\n0\r\n\r\n")},
        Refused{"SpaceBeforeSize", chunked(" 1\r\na\r\n0\r\n\r\n")},
        Refused{"SpaceBehindSize", chunked("1 \r\na\r\n0\r\n\r\n")},
        Refused{"TabBehindSize", chunked("1\t\r\na\r\n0\r\n\r\n")},
        Refused{"SizeOverflow64", chunked("10000000000000001\r\na\r\n0\r\n\r\n")},
        Refused{"SizeOf64Bits", chunked("ffffffffffffffff\r\na\r\n0\r\n\r\n")},
        Refused{"SizeOverflow32Wraps", chunked("0000000100000001\r\na\r\n0\r\n\r\n")},
        Refused{"EndlessZeros", chunked(repeat("0", 64) + "1\r\na\r\n0\r\n\r\n")},
        Refused{"LfBehindSize", chunked("1\na\r\n0\r\n\r\n")}, Refused{"CrBehindSize", chunked("1\ra\r\n0\r\n\r\n")},
        Refused{"CrCrLfBehindSize", chunked("1\r\r\na\r\n0\r\n\r\n")},
        Refused{"DataTooLong", chunked("1\r\nab\r\n0\r\n\r\n")}, Refused{"LfBehindData", chunked("1\r\na\n0\r\n\r\n")},
        Refused{"CrBehindData", chunked("1\r\na\r0\r\n\r\n")}, Refused{"NothingBehindData", chunked("1\r\na0\r\n\r\n")},
        Refused{"LfInExtension", chunked("1;a\nb\r\na\r\n0\r\n\r\n")},
        Refused{"CrInExtension", chunked("1;a\rb\r\na\r\n0\r\n\r\n")},
        Refused{"QuotedCrLfInExtension", chunked("1;a=\"\r\n\"\r\na\r\n0\r\n\r\n")},
        Refused{"NulInExtension", chunked("1;\0\r\na\r\n0\r\n\r\n"s)},
        Refused{"ExtensionTooLong", chunked("1;" + repeat("a", 5000) + "\r\na\r\n0\r\n\r\n")},
        Refused{"LfBehindLastChunk", chunked("0\n\r\n")}, Refused{"LfAtTheEnd", chunked("0\r\n\n")},
        Refused{"TwoLfAtTheEnd", chunked("0\n\n")}, Refused{"TrailerWithoutColon", chunked("0\r\nX\r\n\r\n")},
        Refused{"TrailerSpaceBeforeColon", chunked("0\r\nX : y\r\n\r\n")},
        Refused{"TrailerFolded", chunked("0\r\nX: y\r\n z\r\n\r\n")}, Refused{"TrailerLf", chunked("0\r\nX: y\n\r\n")},
        Refused{"TrailerNul", chunked("0\r\nX: \0\r\n\r\n"s)},
        Refused{"TooManyTrailers", chunked("0\r\n" + repeat("X: y\r\n", 300) + "\r\n")},
        Refused{"TrailerTooLong", chunked("0\r\nX: " + repeat("y", 9000) + "\r\n\r\n")}),
    name_of_row<testing::TestParamInfo<Refused>>);

// --- accepted requests, in one spelling ---

struct Sanitised {
    const char* name;
    std::string request;
    std::string request_line;
    std::string host;
    std::string fields;  ///< what follows the proxy's own fields
    std::string body = "";
    std::string connection = "";
};

class SanitisedRequest : public HostileTest, public testing::WithParamInterface<Sanitised> {};

TEST_P(SanitisedRequest, ReachesTheEndpointInOneSpelling) {
    start();
    const Sanitised& row = GetParam();
    auto client = this->client();
    client.send(row.request);
    auto upstream = endpoint.accept();
    const std::string expected = forwarded(row.request_line, row.host, row.fields, row.connection) + row.body;
    EXPECT_EQ(upstream.read_exactly(expected.size()), expected);
    upstream.send(kOk);
    const std::string answer = client.read_response();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nok")) << answer;
    EXPECT_EQ(rest_sent_to(upstream), "");
    EXPECT_TRUE(endpoint.nobody_connected());
}

const std::string kChunkedLine = "Transfer-Encoding: chunked\r\n";

INSTANTIATE_TEST_SUITE_P(
    Framing, SanitisedRequest,
    testing::Values(
        Sanitised{"LeadingZeros", length("005"), "POST /", "a", "Content-Length: 5\r\n", "abcde"},
        Sanitised{"WhiteSpaceAroundLength", length(" \t5 \t"), "POST /", "a", "Content-Length: 5\r\n", "abcde"},
        Sanitised{"UpperCaseChunked", coding("CHUNKED"), "POST /", "a", kChunkedLine, "0\r\n\r\n"},
        Sanitised{"WhiteSpaceAroundChunked", coding("\t chunked \t"), "POST /", "a", kChunkedLine, "0\r\n\r\n"},
        Sanitised{"ExtensionsDropped", chunked("3;a=b;c\r\nabc\r\n0;last\r\n\r\n"), "POST /", "a", kChunkedLine,
                  "3\r\nabc\r\n0\r\n\r\n"},
        Sanitised{"ChunksJoined", chunked("1\r\na\r\n02\r\nbc\r\n000\r\n\r\n"), "POST /", "a", kChunkedLine,
                  "3\r\nabc\r\n0\r\n\r\n"},
        Sanitised{"ChunkSizeUpperCase", chunked("A\r\n0123456789\r\n0\r\n\r\n"), "POST /", "a", kChunkedLine,
                  "a\r\n0123456789\r\n0\r\n\r\n"},
        Sanitised{"RequestInsideABody", post("Content-Length: 46\r\n", std::string(kPoison)), "POST /", "a",
                  "Content-Length: 46\r\n", std::string(kPoison)},
        Sanitised{"GetWithBody", get("Host: a\r\nContent-Length: 2\r\n") + "hi", "GET /", "a", "Content-Length: 2\r\n",
                  "hi"},
        Sanitised{"LengthNamedByConnection", post("Connection: content-length\r\nContent-Length: 2\r\n", "hi"),
                  "POST /", "a", "Content-Length: 2\r\n", "hi"},
        Sanitised{"CodingNamedByConnection", post("Connection: transfer-encoding\r\n" + kChunkedLine, "0\r\n\r\n"),
                  "POST /", "a", kChunkedLine, "0\r\n\r\n"},
        Sanitised{"UnderscoresDropped",
                  post("Content_Length: 9\r\nTransfer_Encoding: chunked\r\nContent-Length: 2\r\n", "hi"), "POST /", "a",
                  "Content-Length: 2\r\n", "hi"},
        Sanitised{"UnusualNamesDropped", get("Host: a\r\nTransfer.Encoding: chunked\r\nContent!Length: 5\r\n"), "GET /",
                  "a", ""},
        Sanitised{
            "ForbiddenTrailersDropped",
            chunked("1\r\na\r\n0\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nHost: b\r\nAuthorization: c\r\n"
                    "X-Forwarded-For: d\r\nConnection: close\r\nCookie: e\r\nX-Sum: 1\r\n\r\n"),
            "POST /", "a", kChunkedLine, "1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n"}),
    name_of_row<testing::TestParamInfo<Sanitised>>);

INSTANTIATE_TEST_SUITE_P(
    Targets, SanitisedRequest,
    testing::Values(
        Sanitised{"AbsoluteFormBeatsHost", "GET http://good.example:81/x?y HTTP/1.1\r\nHost: evil.example\r\n\r\n",
                  "GET /x?y", "good.example:81", ""},
        Sanitised{"AbsoluteFormWithoutPath", "GET http://good.example HTTP/1.1\r\nHost: evil.example\r\n\r\n", "GET /",
                  "good.example", ""},
        Sanitised{"HttpsAbsoluteForm", "GET HTTPS://good.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n", "GET /",
                  "good.example", ""},
        Sanitised{"OptionsForTheServer", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS *", "a", ""},
        Sanitised{"OptionsAbsoluteForm", "OPTIONS http://b HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS *", "b", ""},
        Sanitised{"PathForwardedAsSent", line("GET //a/./b/../%63%2F;v=1?q=%00 HTTP/1.1"),
                  "GET //a/./b/../%63%2F;v=1?q=%00", "a", ""},
        Sanitised{"RawUtf8Target", line("GET /\xc3\xa9 HTTP/1.1"), "GET /\xc3\xa9", "a", ""},
        Sanitised{"EmptyLinesBefore", "\r\n\r\n" + get("Host: a\r\n"), "GET /", "a", ""},
        Sanitised{"Http10WithoutHost", "GET / HTTP/1.0\r\n\r\n", "GET /", "", ""},
        Sanitised{"Http10WithExpect",
                  "POST / HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi", "POST /", "a",
                  "Content-Length: 2\r\n", "hi"}),
    name_of_row<testing::TestParamInfo<Sanitised>>);

INSTANTIATE_TEST_SUITE_P(
    Fields, SanitisedRequest,
    testing::Values(
        Sanitised{"HopByHopDropped",
                  get("Host: a\r\nKeep-Alive: 5\r\nProxy-Connection: close\r\nTE: gzip\r\nUpgrade: x\r\nX: y\r\n"),
                  "GET /", "a", "X: y\r\n"},
        Sanitised{"NamedByConnectionDropped", get("Host: a\r\nX-Hop: 1\r\nConnection: x-hop,, close\r\nX: y\r\n"),
                  "GET /", "a", "X: y\r\n"},
        Sanitised{"ConnectionCannotRemoveWhatGuards",
                  get("Host: a\r\nConnection: Host, Authorization, Cookie, X-Forwarded-For, X-Real-IP, X-Auth-User, "
                      "Origin\r\n"
                      "Authorization: b\r\nCookie: c\r\nX-Auth-User: d\r\nOrigin: e\r\n"),
                  "GET /", "a", "Authorization: b\r\nCookie: c\r\nX-Auth-User: d\r\nOrigin: e\r\n"},
        Sanitised{"TrailersWanted", get("Host: a\r\nTE: trailers\r\nConnection: TE\r\n"), "GET /", "a", "", "",
                  "TE: trailers\r\nConnection: TE\r\n"},
        Sanitised{"SpoofedClientReplaced",
                  get("Host: a\r\nX-Real-IP: 1.1.1.1\r\nX-Forwarded-Host: b\r\nX-Forwarded-Proto: "
                      "https\r\nX-Forwarded-Port: 1\r\n"
                      "X-Scheme: https\r\nX-Forwarded-Scheme: https\r\nX_Forwarded_For: 1.1.1.1\r\n"),
                  "GET /", "a", "X-Original-Forwarded-Host: b\r\n"},
        Sanitised{"HttpoxyDropped", get("Host: a\r\nProxy: http://evil.example\r\n"), "GET /", "a", ""},
        Sanitised{"Http2UpgradeDropped",
                  get("Host: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAAA\r\n"),
                  "GET /", "a", ""},
        Sanitised{"ExpectDropped", post("Expect: 100-continue\r\nContent-Length: 2\r\n", "hi"), "POST /", "a",
                  "Content-Length: 2\r\n", "hi"},
        Sanitised{"BytesAboveAsciiPass", get("Host: a\r\nX: \xe9\xff\r\n"), "GET /", "a", "X: \xe9\xff\r\n"}),
    name_of_row<testing::TestParamInfo<Sanitised>>);

// --- requests that go wrong after they have begun to be forwarded ---

class CutRequest : public HostileTest, public testing::WithParamInterface<Refused> {};

// The chunk before the error is on its way already: the endpoint must see that the rest will never come.
TEST_P(CutRequest, IsCutTowardsTheEndpointAndAnswered) {
    start();
    auto client = this->client();
    client.send(chunked("3\r\nabc\r\n"));
    auto upstream = endpoint.accept();
    const std::string begun = forwarded("POST /", "a", kChunkedLine) + "3\r\nabc\r\n";
    EXPECT_EQ(upstream.read_exactly(begun.size()), begun);
    client.send(GetParam().request + std::string(kPoison));
    EXPECT_EQ(upstream.read_to_end(), "[reset]");
    const std::string answer = client.read_to_end();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + GetParam().status + "\r\n")) << answer;
    EXPECT_TRUE(contains(answer, "\r\nConnection: close\r\n")) << answer;
    EXPECT_EQ(responses_in(answer), 1u) << answer;
    server.reset();
    EXPECT_TRUE(endpoint.nobody_connected());
}

INSTANTIATE_TEST_SUITE_P(Chunks, CutRequest,
                         testing::Values(Refused{"BadSize", "zz\r\n"}, Refused{"BareLf", "1\n"},
                                         Refused{"BadTrailer", "0\r\nX : y\r\n\r\n"}, Refused{"LfAtTheEnd", "0\r\n\n"}),
                         name_of_row<testing::TestParamInfo<Refused>>);

// --- connections ---

class PipelinedPoison : public HostileTest {};

TEST_F(PipelinedPoison, BehindAGoodRequestAndABadOneIsNotServed) {
    start();
    auto client = this->client();
    client.send(get("Host: a\r\n") + post(kClFirst, "0\r\n\r\n") + std::string(kPoison));
    auto upstream = endpoint.accept();
    const std::string first = forwarded("GET /", "a");
    EXPECT_EQ(upstream.read_exactly(first.size()), first);
    upstream.send(kOk);
    const std::string answers = client.read_to_end();
    EXPECT_EQ(responses_in(answers), 2u) << answers;
    EXPECT_TRUE(contains(answers, "\r\n\r\nokHTTP/1.1 400 Bad Request\r\n")) << answers;
    EXPECT_EQ(rest_sent_to(upstream), "");
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(PipelinedPoison, BehindConnectionCloseIsNotServed) {
    start();
    auto client = this->client();
    client.send(get("Host: a\r\nConnection: close\r\n") + std::string(kPoison));
    auto upstream = endpoint.accept();
    const std::string first = forwarded("GET /", "a");
    EXPECT_EQ(upstream.read_exactly(first.size()), first);
    upstream.send(kOk);
    const std::string answers = client.read_to_end();
    EXPECT_TRUE(contains(answers, "\r\nConnection: close\r\n")) << answers;
    EXPECT_EQ(responses_in(answers), 1u) << answers;
    EXPECT_EQ(rest_sent_to(upstream), "");
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(PipelinedPoison, BehindAnHttp10RequestIsNotServed) {
    start();
    auto client = this->client();
    client.send("GET / HTTP/1.0\r\nHost: a\r\n\r\n" + std::string(kPoison));
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    upstream.send(kOk);
    EXPECT_EQ(responses_in(client.read_to_end()), 1u);
    EXPECT_EQ(rest_sent_to(upstream), "");
    EXPECT_TRUE(endpoint.nobody_connected());
}

// One that takes a body for a request would see two requests here.
TEST_F(PipelinedPoison, InsideABodyStaysInsideIt) {
    start();
    auto client = this->client();
    const std::string inner(kPoison);
    client.send(post("Content-Length: " + std::to_string(inner.size()) + "\r\n", inner) +
                "GET /two HTTP/1.1\r\nHost: a\r\n\r\n");
    auto upstream = endpoint.accept();
    const std::string first =
        forwarded("POST /", "a", "Content-Length: " + std::to_string(inner.size()) + "\r\n") + inner;
    EXPECT_EQ(upstream.read_exactly(first.size()), first);
    upstream.send(kOk);
    EXPECT_EQ(upstream.read_until("\r\n\r\n"), forwarded("GET /two", "a"));
    upstream.send(kOk);
    client.read_response();
    EXPECT_TRUE(client.read_response().ends_with("ok"));
    EXPECT_EQ(rest_sent_to(upstream), "");
}

TEST_F(PipelinedPoison, DoesNotDependOnHowBytesArrive) {
    start();
    auto client = this->client();
    for (const char byte : post(kClFirst, "0\r\n\r\n")) client.send({&byte, 1});
    client.send(kPoison);
    const std::string answer = client.read_to_end();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 Bad Request\r\n")) << answer;
    EXPECT_EQ(responses_in(answer), 1u) << answer;
    server.reset();
    EXPECT_TRUE(endpoint.nobody_connected());
}

// --- rules and spellings of a path ---

class PathSpelling : public HostileTest {};

TEST_F(PathSpelling, DoesNotLeadPastARule) {
    Endpoint admin;
    config.route("_", "/admin", {admin.address()});
    start();
    for (const std::string target :
         {"/admin", "/%61dmin", "//admin", "/./admin/", "/x/../admin", "/x/%2e%2e/admin", "/x/..%2Fadmin", "/%2Fadmin",
          "/admin/%2e", "/adm%69n?x=/../", "http://a//admin"}) {
        auto client = this->client();
        client.send("GET " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        auto upstream = admin.accept();
        const std::string sent = target.starts_with("http://a") ? target.substr(8) : target;
        EXPECT_EQ(upstream.read_until("\r\n\r\n"), forwarded("GET " + sent, "a"));
        upstream.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 200 OK\r\n"));
    }
    EXPECT_TRUE(endpoint.nobody_connected());
}

}  // namespace
}  // namespace fairway::wire
