// httpGet against servers that answer well, badly, late or never.
#include <gmock/gmock.h>

#include "ingress/probes/attempt_fixture.hpp"
#include "ingress/probes/scripted_server.hpp"
#include "tls/make_certificate.hpp"

namespace fairway::ingress::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string response(const std::string& status, const std::string& fields = "") {
    return "HTTP/1.1 " + status + "\r\n" + fields + "Content-Length: 0\r\nConnection: close\r\n\r\n";
}

class HttpProbeTest : public AttemptTest {
protected:
    HttpProbe probe(std::uint16_t port, const std::string& path = "/healthz") {
        HttpProbe out{"127.0.0.1", port, {}, "fairway-probe/test"};
        out.action.path = path;
        return out;
    }
    ProbeOutcome ask(HttpProbe asked) { return outcome_of(start_http_probe(io, std::move(asked), tell())); }
    ProbeOutcome ask_server_saying(const std::string& text, Reply::Then then = Reply::Then::close) {
        ScriptedServer server(io, [&](const std::string&) { return Reply{text, then}; });
        return ask(probe(server.port()));
    }
};

struct Case {
    const char* name;
    std::string says;
    ProbeResult result;
    const char* message;
    Reply::Then then = Reply::Then::close;
};

class HttpAnswers : public HttpProbeTest, public testing::WithParamInterface<Case> {};

TEST_P(HttpAnswers, AreJudgedAsTheKubeletDoes) {
    const auto outcome = ask_server_saying(GetParam().says, GetParam().then);
    EXPECT_EQ(outcome.result, GetParam().result) << outcome.message;
    EXPECT_THAT(outcome.message, HasSubstr(GetParam().message));
}

constexpr auto kSuccess = ProbeResult::success;
constexpr auto kFailure = ProbeResult::failure;

INSTANTIATE_TEST_SUITE_P(
    Servers, HttpAnswers,
    testing::Values(
        Case{"Ok", response("200 OK"), kSuccess, "HTTP 200"},
        Case{"NoContent", response("204 No Content"), kSuccess, "204"},
        Case{"LastSuccess", response("399 Odd"), kSuccess, "399"},
        Case{"FirstFailure", response("400 Bad"), kFailure, "HTTP probe failed with statuscode: 400"},
        Case{"Unavailable", response("503 Later"), kFailure, "503"},
        Case{"NotModified", response("304 Same"), kSuccess, "304"},
        Case{"RedirectToNowhere", response("302 Found"), kSuccess, "302"},
        Case{"EarlyHintsFirst", "HTTP/1.1 103 Early Hints\r\n\r\n" + response("200 OK"), kSuccess, "200"},
        Case{"EndlessHints",
             [] {
                 std::string s;
                 for (int i = 0; i < 50; ++i) s += "HTTP/1.1 103 Early Hints\r\n\r\n";
                 return s;
             }(),
             kFailure, "103"},
        Case{"OldServer", "HTTP/1.0 200 OK\r\n\r\nhello", kSuccess, "200"},
        Case{"ClosedWithoutAWord", "", kFailure, "waiting for the head of the response: end of stream"},
        Case{"Reset", "", kFailure, "waiting for the head of the response", Reply::Then::reset},
        Case{"HalfAHeader", "HTTP/1.1 200 OK\r\nContent-Le", kFailure, "partial message"},
        Case{"NotHttp", "220 mail.example.com ESMTP\r\n\r\n", kFailure, "waiting for the head of the response"},
        Case{"CutBody", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", kFailure, "reading the body"},
        Case{"HugeHeader", "HTTP/1.1 200 OK\r\nX: " + std::string(200'000, 'x') + "\r\n\r\n", kFailure, "header limit"},
        Case{"AbsurdLength",
             "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551614\r\n\r\n" + std::string(20'000, 'x'), kSuccess,
             "200"},
        Case{"BodyWithoutEnd", "HTTP/1.1 200 OK\r\n\r\n" + std::string(10 << 20, 'x'), kSuccess, "200",
             Reply::Then::hang}),
    [](const auto& tested) { return tested.param.name; });

TEST_F(HttpProbeTest, SaysWhoItIsAndWantsNoKeepAlive) {
    ScriptedServer server(io, [](const std::string&) { return Reply{response("200 OK")}; });
    ask(probe(server.port(), "/healthz?deep=1#part"));
    const auto& request = server.requests().at(0);
    EXPECT_THAT(request, testing::StartsWith("GET /healthz?deep=1 HTTP/1.1\r\n"));
    EXPECT_THAT(request, HasSubstr("User-Agent: fairway-probe/test\r\n"));
    EXPECT_THAT(request, HasSubstr("Accept: */*\r\n"));
    EXPECT_THAT(request, HasSubstr("Host: 127.0.0.1:" + std::to_string(server.port()) + "\r\n"));
    EXPECT_THAT(request, HasSubstr("Connection: close\r\n"));
}

TEST_F(HttpProbeTest, HeadersOfTheProbeWin) {
    ScriptedServer server(io, [](const std::string&) { return Reply{response("200 OK")}; });
    auto asked = probe(server.port());
    asked.action.headers = {
        {"host", "shop.example.com"}, {"User-Agent", "mine"}, {"Accept", ""}, {"X-Two", "1"}, {"X-Two", "2"}};
    ask(asked);
    const auto& request = server.requests().at(0);
    EXPECT_THAT(request, HasSubstr("Host: shop.example.com\r\n"));
    EXPECT_THAT(request, HasSubstr("User-Agent: mine\r\n"));
    EXPECT_THAT(request, Not(HasSubstr("Accept")));
    EXPECT_THAT(request, HasSubstr("X-Two: 1\r\n"));
    EXPECT_THAT(request, HasSubstr("X-Two: 2\r\n"));
}

TEST_F(HttpProbeTest, RedirectOnTheSameHostIsFollowed) {
    ScriptedServer server(io, [](const std::string& request) {
        return Reply{request.starts_with("GET /healthz") ? response("302 Found", "Location: deeper?x=1\r\n")
                                                         : response("500 No")};
    });
    auto asked = probe(server.port());
    asked.action.headers = {{"Host", "shop.example.com"}};
    EXPECT_THAT(ask(asked).message, HasSubstr("500"));
    EXPECT_THAT(server.requests().at(1), testing::StartsWith("GET /deeper?x=1 "));
    EXPECT_THAT(server.requests().at(1), HasSubstr("Host: shop.example.com\r\n")) << "a relative redirect keeps it";
}

TEST_F(HttpProbeTest, RedirectToAnotherPortOfTheHostIsFollowed) {
    ScriptedServer other(io, [](const std::string&) { return Reply{response("418 Teapot")}; });
    ScriptedServer server(io, [&](const std::string&) {
        return Reply{response("301 Moved", "Location: http://127.0.0.1:" + std::to_string(other.port()) + "\r\n")};
    });
    EXPECT_THAT(ask(probe(server.port())).message, HasSubstr("418"));
    EXPECT_THAT(other.requests().at(0), testing::StartsWith("GET / "));
}

TEST_F(HttpProbeTest, RedirectToAnotherHostIsSuccessWithAWarning) {
    const auto outcome = ask_server_saying(response("302 Found", "Location: https://login.example.com/\r\n"));
    EXPECT_EQ(outcome.result, ProbeResult::success);
    EXPECT_THAT(outcome.message, HasSubstr("another host, \"login.example.com\""));
}

TEST_F(HttpProbeTest, RedirectLoopEnds) {
    ScriptedServer server(io,
                          [](const std::string&) { return Reply{response("302 Found", "Location: /healthz\r\n")}; });
    const auto outcome = ask(probe(server.port()));
    EXPECT_EQ(outcome.result, ProbeResult::failure);
    EXPECT_EQ(outcome.message, "stopped after 10 redirects");
    EXPECT_EQ(server.requests().size(), 10u);
}

TEST_F(HttpProbeTest, RedirectToNoUrlFails) {
    EXPECT_THAT(ask_server_saying(response("302 Found", "Location: http://[::bad\r\n")).message, HasSubstr("no http"));
    EXPECT_THAT(ask_server_saying(response("302 Found", "Location: file:///etc/passwd\r\n")).message,
                HasSubstr("no http"));
}

TEST_F(HttpProbeTest, SelfSignedCertificateIsTaken) {
    const auto pem = tls::make_self_signed({.common_name = "nobody.example.com"});
    asio::ssl::context context(asio::ssl::context::tls_server);
    context.use_certificate_chain(asio::buffer(pem.certificate_pem));
    context.use_private_key(asio::buffer(pem.key_pem), asio::ssl::context::pem);
    ScriptedServer server(io, [](const std::string&) { return Reply{response("200 OK")}; }, &context);
    auto asked = probe(server.port());
    asked.action.https = true;
    const auto outcome = ask(asked);
    EXPECT_EQ(outcome.result, ProbeResult::success) << outcome.message;
}

TEST_F(HttpProbeTest, PlainServerAskedForTlsFails) {
    ScriptedServer server(io, [](const std::string&) { return Reply{response("200 OK")}; });
    auto asked = probe(server.port());
    asked.action.https = true;
    Started started = start_http_probe(io, asked, tell());
    // The server waits for the end of a head that never comes: nothing but the prober's time-out ends this.
    EXPECT_TRUE(comes_true([&] { return std::get<1>(started)->doing() == "waiting for the TLS handshake"; }));
    EXPECT_FALSE(told);
}

TEST_F(HttpProbeTest, NamesAreResolved) {
    ScriptedServer server(io, [](const std::string&) { return Reply{response("200 OK")}; });
    auto asked = probe(server.port());
    asked.host = "localhost";
    EXPECT_EQ(ask(asked).result, ProbeResult::success);
    EXPECT_THAT(server.requests().at(0), HasSubstr("Host: localhost:"));
}

TEST_F(HttpProbeTest, RefusedConnectionFails) {
    std::uint16_t port = 0;
    {
        ScriptedServer server(io, [](const std::string&) { return Reply{}; });
        port = server.port();
        io.poll();  // it listens and waits
    }
    io.poll();
    EXPECT_EQ(ask(probe(port)).message, "connecting to 127.0.0.1:" + std::to_string(port) + ": Connection refused");
}

TEST_F(HttpProbeTest, DestroyedAttemptHangsUpAndIsNeverTold) {
    ScriptedServer server(io,
                          [](const std::string&) { return Reply{"HTTP/1.1 200 OK\r\nX-Half: ", Reply::Then::hang}; });
    auto started = start_http_probe(io, probe(server.port()), tell());
    EXPECT_TRUE(comes_true([&] { return !server.requests().empty(); }));
    EXPECT_EQ(std::get<1>(started)->doing(), "waiting for the head of the response");
    started = ProbeOutcome();
    EXPECT_TRUE(comes_true([&] { return server.ended() == 1; }));
    EXPECT_FALSE(told);
}

}  // namespace
}  // namespace fairway::ingress::test
