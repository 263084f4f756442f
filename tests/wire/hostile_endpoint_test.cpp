// Broken and hostile endpoints: what they send is judged as strictly as what clients send. A response that cannot be
// trusted is a 502; one that breaks after its head has left looks broken to the client, in every version of HTTP.
#include "wire/hostile_fixture.hpp"

namespace fairway::wire {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

constexpr const char* kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr const char* kGet10 = "GET / HTTP/1.0\r\nHost: a\r\n\r\n";

std::string name_of_row(const auto& info) { return info.param.name; }

class HostileEndpoint : public HostileTest {
protected:
    HostileEndpoint() { config.policy(*route).retry.conditions = 0; }

    /// A client whose request has arrived at `upstream`.
    Socket ask(Socket& upstream, std::string_view request = kGet) {
        auto client = this->client();
        client.send(request);
        upstream = endpoint.accept();
        upstream.read_until("\r\n\r\n");
        return client;
    }
};

// --- responses that are refused ---

struct BadResponse {
    const char* name;
    std::string response;
    bool close = false;  ///< the endpoint closes behind it
};
void PrintTo(const BadResponse& row, std::ostream* out) { *out << testing::PrintToString(row.response); }

class RefusedResponse : public HostileEndpoint, public testing::WithParamInterface<BadResponse> {};

TEST_P(RefusedResponse, Is502AndEndsTheEndpointsConnection) {
    start();
    Socket upstream;
    auto client = ask(upstream);
    upstream.send(GetParam().response);
    if (GetParam().close) upstream.shutdown_write();
    const std::string answer = client.read_response();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 502 Bad Gateway\r\n")) << answer;
    EXPECT_FALSE(contains(answer, "secret")) << "nothing of it may be passed on: " << answer;
    upstream.read_to_end();
    // The client's connection goes on, and finds no rest of the bad response.
    client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
    upstream = endpoint.accept();
    EXPECT_EQ(upstream.read_until("\r\n\r\n"), forwarded("GET /next", "a"));
    upstream.send(kOk);
    EXPECT_TRUE(client.read_response().ends_with("ok"));
}

std::string ok(const std::string& fields, const std::string& body = "") {
    return "HTTP/1.1 200 OK\r\nX-Secret: secret\r\n" + fields + "\r\n" + body;
}

INSTANTIATE_TEST_SUITE_P(
    Heads, RefusedResponse,
    testing::Values(BadResponse{"Nothing", "", true},
                    BadResponse{"CutInTheHead", "HTTP/1.1 200 OK\r\nX: secret\r\n", true},
                    BadResponse{"CutInTheStatusLine", "HTTP/1.", true},
                    BadResponse{"Garbage", "SSH-2.0-OpenSSH_9.2 secret\r\n"},
                    BadResponse{"BinaryGarbage", "\x00\x00\x12\x04\x00\x00\x00\x00\x00"s},
                    BadResponse{"Html", "<html>secret</html>"},
                    BadResponse{"EmptyLineFirst", "\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
                    BadResponse{"TwoDigitStatus", "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n"},
                    BadResponse{"FourDigitStatus", "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n"},
                    BadResponse{"SignedStatus", "HTTP/1.1 +20 OK\r\nContent-Length: 0\r\n\r\n"},
                    BadResponse{"StatusTooSmall", "HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n"},
                    BadResponse{"StatusTooLarge", "HTTP/1.1 600 OK\r\nContent-Length: 0\r\n\r\n"},
                    BadResponse{"TwoSpaces", "HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n"},
                    BadResponse{"LowerCaseVersion", "http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
                    BadResponse{"Version20", "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"},
                    BadResponse{"Version12", "HTTP/1.2 200 OK\r\nContent-Length: 0\r\n\r\n"},
                    BadResponse{"LfStatusLine", "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n"},
                    BadResponse{"LfField", "HTTP/1.1 200 OK\r\nContent-Length: 0\n\r\n"},
                    BadResponse{"NulInReason", "HTTP/1.1 200 O\0K\r\nContent-Length: 0\r\n\r\n"s},
                    BadResponse{"CrInReason", "HTTP/1.1 200 O\rK\r\nContent-Length: 0\r\n\r\n"},
                    BadResponse{"Fold", ok("X: a\r\n b\r\nContent-Length: 0\r\n")},
                    BadResponse{"SpaceBeforeColon", ok("X : a\r\nContent-Length: 0\r\n")},
                    BadResponse{"NoColon", ok("X\r\nContent-Length: 0\r\n")},
                    BadResponse{"NulInValue", ok("X: \0\r\nContent-Length: 0\r\n"s)},
                    BadResponse{"CrInValue", ok("X: a\rSet-Cookie: b=c\r\nContent-Length: 0\r\n")},
                    BadResponse{"TooManyFields", ok(repeat("X: y\r\n", 300) + "Content-Length: 0\r\n")},
                    BadResponse{"HeadTooLarge", ok(repeat("X: " + repeat("y", 1000) + "\r\n", 70))},
                    BadResponse{"EndlessHead", "HTTP/1.1 200 " + repeat("secret", 20000)}),
    name_of_row<testing::TestParamInfo<BadResponse>>);

INSTANTIATE_TEST_SUITE_P(
    Lengths, RefusedResponse,
    testing::Values(
        BadResponse{"DifferentLengths", ok("Content-Length: 2\r\nContent-Length: 3\r\n", "abc")},
        BadResponse{"ListOfDifferentLengths", ok("Content-Length: 2, 3\r\n", "abc")},
        BadResponse{"NegativeLength", ok("Content-Length: -1\r\n", "abc")},
        BadResponse{"PlusLength", ok("Content-Length: +3\r\n", "abc")},
        BadResponse{"EmptyLength", ok("Content-Length:\r\n", "abc")},
        BadResponse{"LengthOverflow", ok("Content-Length: 18446744073709551619\r\n", "abc")},
        BadResponse{"LengthAndChunked", ok("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
        BadResponse{"ChunkedAndLength", ok("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n")},
        BadResponse{"UnknownCoding", ok("Transfer-Encoding: cow\r\n", "0\r\n\r\n")},
        BadResponse{"GzipChunked", ok("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")},
        BadResponse{"ChunkedTwice", ok("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
        BadResponse{"ChunkedInHttp10", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        BadResponse{"ChunkedIn204", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}),
    name_of_row<testing::TestParamInfo<BadResponse>>);

INSTANTIATE_TEST_SUITE_P(
    Interim, RefusedResponse,
    testing::Values(
        BadResponse{"SwitchingUnasked",
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nsecret"},
        BadResponse{"FloodOf100", repeat("HTTP/1.1 100 Continue\r\n\r\n", 100)},
        BadResponse{"OnlyInterim", "HTTP/1.1 100 Continue\r\n\r\n", true},
        BadResponse{"ChunkedInterim", "HTTP/1.1 100 Continue\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}),
    name_of_row<testing::TestParamInfo<BadResponse>>);

// --- responses that break after their head ---

struct CutResponse {
    const char* name;
    std::string head;    ///< fields that announce the length
    std::string begun;   ///< the beginning of the body
    std::string breaks;  ///< sent when the client has the beginning, before the endpoint closes
    std::string http11;  ///< the body as an HTTP/1.1 client gets it, all of it
};
void PrintTo(const CutResponse& row, std::ostream* out) { *out << row.name; }

class BrokenResponse : public HostileEndpoint, public testing::WithParamInterface<CutResponse> {
protected:
    // The client has the beginning before anything breaks: a reset cannot overtake it.
    std::string receive(std::string_view request, bool reset) {
        start();
        Socket upstream;
        auto client = ask(upstream, request);
        upstream.send("HTTP/1.1 200 OK\r\n" + GetParam().head + "\r\n" + GetParam().begun);
        std::string received = client.read_until("begun");
        upstream.send(GetParam().breaks);
        reset ? upstream.reset() : upstream.close();
        received += client.read_to_end();
        return received.substr(received.find("\r\n\r\n") + 4);
    }
};

TEST_P(BrokenResponse, LacksItsEndForHttp11) {
    const std::string body = receive(kGet, false);
    EXPECT_TRUE(body == GetParam().http11 || body == GetParam().http11 + "[reset]") << body;
}

TEST_P(BrokenResponse, LacksItsEndForHttp11WhenReset) {
    const std::string body = receive(kGet, true);
    EXPECT_TRUE(body == GetParam().http11 || body == GetParam().http11 + "[reset]") << body;
}

TEST_P(BrokenResponse, IsResetForHttp10WhereItsEndIsTheConnections) {
    const std::string body = receive(kGet10, true);
    const bool has_length = GetParam().head.starts_with("Content-Length");
    EXPECT_TRUE(body == "begun[reset]" || (has_length && body == "begun")) << body;
}

INSTANTIATE_TEST_SUITE_P(
    Cut, BrokenResponse,
    testing::Values(
        CutResponse{"Length", "Content-Length: 10\r\n", "begun", "", "begun"},
        CutResponse{"InAChunk", "Transfer-Encoding: chunked\r\n", "a\r\nbegun", "", "5\r\nbegun\r\n"},
        CutResponse{"BetweenChunks", "Transfer-Encoding: chunked\r\n", "5\r\nbegun\r\n", "", "5\r\nbegun\r\n"},
        CutResponse{"BeforeTheLastCrLf", "Transfer-Encoding: chunked\r\n", "5\r\nbegun\r\n", "0\r\n", "5\r\nbegun\r\n"},
        CutResponse{"InTrailers", "Transfer-Encoding: chunked\r\n", "5\r\nbegun\r\n", "0\r\nX: y\r\n",
                    "5\r\nbegun\r\n"},
        CutResponse{"BadChunk", "Transfer-Encoding: chunked\r\n", "5\r\nbegun\r\n", "-1\r\nsecret\r\n0\r\n\r\n",
                    "5\r\nbegun\r\n"},
        CutResponse{"LfChunk", "Transfer-Encoding: chunked\r\n", "5\r\nbegun\r\n", "1\nx\n0\n\n", "5\r\nbegun\r\n"},
        CutResponse{"BadTrailer", "Transfer-Encoding: chunked\r\n", "5\r\nbegun\r\n", "0\r\nX : y\r\n\r\n",
                    "5\r\nbegun\r\n"},
        CutResponse{"TrailersTooLong", "Transfer-Encoding: chunked\r\n", "5\r\nbegun\r\n",
                    "0\r\n" + repeat("X: " + repeat("y", 1000) + "\r\n", 100) + "\r\n", "5\r\nbegun\r\n"}),
    name_of_row<testing::TestParamInfo<CutResponse>>);

class UntilClose : public HostileEndpoint {};

TEST_F(UntilClose, ResetLooksCutToHttp11) {
    start();
    Socket upstream;
    auto client = ask(upstream);
    upstream.send("HTTP/1.1 200 OK\r\n\r\nbegun");
    client.read_until("begun\r\n");
    upstream.reset();
    EXPECT_FALSE(contains(client.read_to_end(), "0\r\n"));
}

TEST_F(UntilClose, ResetResetsHttp10) {
    start();
    Socket upstream;
    auto client = ask(upstream, kGet10);
    upstream.send("HTTP/1.1 200 OK\r\n\r\nbegun");
    client.read_until("begun");
    upstream.reset();
    EXPECT_EQ(client.read_to_end(), "[reset]");
}

TEST_F(UntilClose, OrderlyEndIsTheEnd) {
    start();
    Socket upstream;
    auto client = ask(upstream);
    upstream.send("HTTP/1.1 200 OK\r\n\r\nall");
    upstream.close();
    EXPECT_TRUE(client.read_until("0\r\n\r\n").ends_with("\r\n\r\n3\r\nall\r\n0\r\n\r\n"));
    client = ask(upstream, kGet10);
    upstream.send("HTTP/1.0 200 OK\r\n\r\nall");
    upstream.close();
    const std::string answer = client.read_to_end();
    EXPECT_TRUE(contains(answer, "\r\nConnection: close\r\n")) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\nall")) << answer;
}

// --- time ---

TEST_F(HostileEndpoint, ThatStallsInABodyIsCut) {
    config.policy(*route).timeouts.read = 1s;
    start();
    Socket upstream;
    auto client = ask(upstream);
    upstream.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbegun\r\n");
    const std::string answer = client.read_to_end();
    EXPECT_TRUE(contains(answer, "\r\n\r\n5\r\nbegun\r\n")) << answer;
    EXPECT_FALSE(contains(answer, "0\r\n\r\n")) << answer;
    EXPECT_TRUE(upstream.closed_by_peer());
}

TEST_F(HostileEndpoint, ThatTricklesIsWaitedFor) {
    config.policy(*route).timeouts.read = 1s;
    start();
    Socket upstream;
    auto client = ask(upstream);
    const std::string_view response = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    std::size_t sent = 0;
    while (sent < response.size()) {  // each byte renews the limit: the whole takes longer than it
        EXPECT_FALSE(client.wait_readable(30ms) && sent < response.size() - 2);
        upstream.send(response.substr(sent++, 1));
    }
    EXPECT_TRUE(client.read_response().ends_with("\r\n\r\nok"));
}

// The head of a stream of events arrives when it is there, not with the first event.
TEST_F(HostileEndpoint, HeadIsNotHeldBackForABodyThatIsLate) {
    start();
    Socket upstream;
    auto client = ask(upstream);
    upstream.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    EXPECT_TRUE(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
    upstream.send("3\r\none\r\n0\r\n\r\n");
    EXPECT_EQ(client.read_until("0\r\n\r\n"), "3\r\none\r\n0\r\n\r\n");
}

// --- bytes behind a response ---

struct Excess {
    const char* name;
    std::string request;
    std::string response;  ///< with bytes behind it that do not belong to it
    std::string received;  ///< the end of what the client gets
};
void PrintTo(const Excess& row, std::ostream* out) { *out << row.name; }

const std::string kPoisonAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison";

class BytesBehindAResponse : public HostileEndpoint, public testing::WithParamInterface<Excess> {};

TEST_P(BytesBehindAResponse, AnswerNobody) {
    start();
    Socket upstream;
    auto client = ask(upstream, GetParam().request);
    upstream.send(GetParam().response + kPoisonAnswer);
    const std::string& end = GetParam().received;
    const std::string answer = client.read_until(end);
    EXPECT_TRUE(answer.ends_with(end)) << answer;
    EXPECT_TRUE(upstream.closed_by_peer());
    client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
    upstream = endpoint.accept();
    EXPECT_EQ(upstream.read_until("\r\n\r\n"), forwarded("GET /next", "a"));
    upstream.send(kOk);
    const std::string next = client.read_response();
    EXPECT_TRUE(next.starts_with("HTTP/1.1 200 OK\r\n") && next.ends_with("\r\n\r\nok")) << next;
}

const std::string kHead = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n";

INSTANTIATE_TEST_SUITE_P(
    Rows, BytesBehindAResponse,
    testing::Values(
        Excess{"Length", kGet, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "\r\n\r\nhi"},
        Excess{"LengthZero", kGet, "HTTP/1.1 200 OK\r\nX-End: 1\r\nContent-Length: 0\r\n\r\n",
               "Content-Length: 0\r\n\r\n"},
        Excess{"Chunked", kGet, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
               "2\r\nhi\r\n0\r\n\r\n"},
        Excess{"HeadWithBody", kHead, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "Content-Length: 5\r\n\r\n"},
        Excess{"HeadChunked", kHead, "HTTP/1.1 200 OK\r\nX-End: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
               "X-End: 1\r\n\r\n"},
        Excess{"NoContent", kGet, "HTTP/1.1 204 No Content\r\nX-End: 1\r\n\r\n", "X-End: 1\r\n\r\n"},
        Excess{"NoContentWithLength", kGet, "HTTP/1.1 204 No Content\r\nX-End: 1\r\nContent-Length: 5\r\n\r\nhello",
               "X-End: 1\r\n\r\n"},
        Excess{"NotModified", kGet, "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello",
               "Content-Length: 5\r\n\r\n"}),
    name_of_row<testing::TestParamInfo<Excess>>);

TEST_F(HostileEndpoint, ThatSpeaksUnaskedIsNotUsedAgain) {
    start();
    Socket upstream;
    auto client = ask(upstream);
    upstream.send(kOk);
    EXPECT_TRUE(client.read_response().ends_with("ok"));
    EXPECT_TRUE(eventually([this] { return server->metrics().connections.upstream_idle == 1; }));
    upstream.send(kPoisonAnswer);
    EXPECT_TRUE(upstream.closed_by_peer());
    expect_served_normally();
}

// --- connection reuse ---

TEST_F(HostileEndpoint, ThatSaysCloseIsNotUsedAgain) {
    start();
    for (const std::string_view response : {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
                                            "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
                                            "HTTP/1.1 200 OK\r\nConnection: x, CLOSE\r\nContent-Length: 2\r\n\r\nok",
                                            "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\nX: ok\r\n\r\n"}) {
        Socket upstream;
        auto client = ask(upstream);
        upstream.send(response);
        client.read_until("ok");
        EXPECT_TRUE(upstream.closed_by_peer()) << response;
    }
}

// A kept connection that the endpoint closes at the moment of reuse: the client must not notice.
TEST_F(HostileEndpoint, ThatClosesAKeptConnectionIsAskedAnew) {
    start();
    Socket upstream;
    auto client = ask(upstream);
    upstream.send(kOk);
    client.read_response();
    client.send("GET /again HTTP/1.1\r\nHost: a\r\n\r\n");
    upstream.read_until("\r\n\r\n");  // taken, and then dropped without an answer
    upstream.close();
    upstream = endpoint.accept();
    EXPECT_EQ(upstream.read_until("\r\n\r\n"), forwarded("GET /again", "a"));
    upstream.send(kOk);
    EXPECT_TRUE(client.read_response().ends_with("ok"));
}

TEST_F(HostileEndpoint, ThatClosesAKeptConnectionGetsNoPostTwice) {
    start();
    Socket upstream;
    auto client = ask(upstream);
    upstream.send(kOk);
    client.read_response();
    client.send("POST /again HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
    upstream.read_until("hi");
    upstream.close();
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 502 Bad Gateway\r\n"));
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(HostileEndpoint, ThatClosedAnIdleConnectionGetsAPostOnANewOne) {
    start();
    Socket upstream;
    auto client = ask(upstream);
    upstream.send(kOk);
    client.read_response();
    upstream.close();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
    upstream = endpoint.accept();
    EXPECT_TRUE(upstream.read_until("hi").ends_with("\r\n\r\nhi"));
    upstream.send(kOk);
    EXPECT_TRUE(client.read_response().ends_with("ok"));
}

// --- interim responses and fields ---

TEST_F(HostileEndpoint, InterimResponsesPassWithoutHopFields) {
    start();
    Socket upstream;
    auto client = ask(upstream);
    upstream.send(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: X-Hop\r\nX-Hop: 1\r\n"
        "Content-Length: 5\r\n\r\n");
    EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
    upstream.send(kOk);
    EXPECT_TRUE(client.read_response().ends_with("\r\n\r\nok"));
}

TEST_F(HostileEndpoint, InterimResponsesAreNotForHttp10) {
    start();
    Socket upstream;
    auto client = ask(upstream, kGet10);
    upstream.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
    upstream.send(kOk);
    EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_F(HostileEndpoint, HopFieldsOfResponsesStay) {
    start();
    Socket upstream;
    auto client = ask(upstream);
    upstream.send("HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Hop, Set-Cookie\r\nKeep-Alive: timeout=5\r\nX-Hop: "
                  "1\r\nSet-Cookie: a=b\r\n"
                  "Upgrade: h2c\r\nProxy-Connection: close\r\nX-Accel-Redirect: /internal\r\nTrailer: "
                  "X\r\nContent-Length: 2\r\n\r\nok");
    const std::string answer = client.read_response();
    for (const char* gone : {"Keep-Alive", "keep-alive", "X-Hop", "Upgrade", "Proxy-Connection", "X-Accel", "Trailer"})
        EXPECT_FALSE(contains(answer, gone)) << gone << " in " << answer;
    EXPECT_TRUE(contains(answer, "\r\nSet-Cookie: a=b\r\n")) << answer;
}

TEST_F(HostileEndpoint, ForbiddenTrailersOfResponsesStay) {
    start();
    Socket upstream;
    auto client = ask(upstream);
    upstream.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nok\r\n0\r\nSet-Cookie: "
                  "a=b\r\nContent-Length: 9\r\n"
                  "Transfer-Encoding: chunked\r\nLocation: /x\r\nX-Sum: 1\r\n\r\n");
    EXPECT_TRUE(client.read_until("1\r\n\r\n").ends_with("\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n"));
}

}  // namespace
}  // namespace fairway::wire
