// The TLS listener: handshakes, what happens to them when a client misbehaves, and what TLS changes about requests.
#include "wire/tls_client.hpp"

#include <openssl/err.h>

#include "tls/server_config.hpp"

namespace fairway::wire {
namespace {

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr const char* kGet = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

class Tls : public WireTest {
protected:
    Tls() { config.tls = tls_config_for({"one.example", "*.wild.example"}); }
    TlsClient tls(const TlsOptions& options = {}) { return TlsClient(server->https_port(), options); }
    /// One exchange over `upstream`, which is accepted first when there is none.
    std::string exchange(TlsClient& client, std::string_view request = kGet, std::string_view response = kOk) {
        client.send(request);
        if (!upstream_.valid()) upstream_ = endpoint.accept();
        upstream_.read_until("\r\n\r\n");
        upstream_.send(response);
        return client.read_response();
    }
    proxy::ConnectionCounters counters() { return server->metrics().connections; }

    Socket upstream_;
};

/// A body whose every part can be told from every other.
std::string numbered(std::size_t bytes) {
    std::string body;
    body.reserve(bytes + 16);
    for (std::size_t i = 0; body.size() < bytes; ++i) body += std::to_string(i) + ",";
    body.resize(bytes);
    return body;
}

TEST_F(Tls, ServesBothVersions) {
    start();
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        auto client = tls({.lowest = version, .highest = version});
        ASSERT_TRUE(client.connected());
        EXPECT_EQ(client.version(), version);
        EXPECT_TRUE(exchange(client).ends_with("ok"));
        EXPECT_TRUE(exchange(client).ends_with("ok"));
    }
    EXPECT_EQ(counters().tls_handshakes, 2u);
}

TEST_F(Tls, RefusesOldVersions) {
    start();
    auto client = tls({.lowest = TLS1_VERSION, .highest = TLS1_1_VERSION});
    EXPECT_FALSE(client.connected());
    EXPECT_TRUE(eventually([&] { return counters().tls_handshake_failures == 1; }));
}

TEST_F(Tls, ChoosesTheCertificateByServerName) {
    start();
    EXPECT_EQ(tls({.server_name = "one.example"}).shown_name(), "one.example");
    EXPECT_EQ(tls({.server_name = "ONE.example"}).shown_name(), "one.example");
    EXPECT_EQ(tls({.server_name = "x.wild.example"}).shown_name(), "*.wild.example");
    EXPECT_EQ(tls({.server_name = "unknown.example"}).shown_name(), "default.example");
    EXPECT_EQ(tls().shown_name(), "default.example");
}

TEST_F(Tls, TellsTheEndpointAboutTls) {
    start();
    auto client = tls();
    client.send(kGet);
    auto upstream = endpoint.accept();
    const auto request = upstream.read_until("\r\n\r\n");
    EXPECT_NE(request.find("\r\nX-Forwarded-Proto: https\r\n"), std::string::npos) << request;
    EXPECT_NE(request.find("\r\nX-Forwarded-Scheme: https\r\n"), std::string::npos) << request;
}

TEST_F(Tls, RelaysLargeBodiesBothWays) {
    config.policy(*route).body_limit.max_bytes = 0;
    const std::string body = numbered(5'000'000);
    start();
    auto client = tls();
    std::thread uploading([&] {
        client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n");
        client.send(body);
    });
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    EXPECT_TRUE(upstream.read_exactly(body.size()) == body);
    uploading.join();
    std::thread answering([&] {
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    });
    const std::string response = client.read_response();
    answering.join();
    EXPECT_TRUE(response.ends_with(body)) << response.size();
}

TEST_F(Tls, ChunkedBodiesKeepTheirFraming) {
    const std::string body = numbered(300'000);
    start();
    auto client = tls();
    client.send(kGet);
    upstream_ = endpoint.accept();
    upstream_.read_until("\r\n\r\n");
    std::thread answering([&] {
        upstream_.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (std::size_t at = 0; at < body.size(); at += 997) {
            const std::string part = body.substr(at, 997);
            char size[20];
            upstream_.send(
                std::string(size, static_cast<std::size_t>(snprintf(size, sizeof size, "%zx\r\n", part.size()))) +
                part + "\r\n");
        }
        upstream_.send("0\r\n\r\n");
    });
    client.read_until("\r\n\r\n");
    std::string got;
    for (;;) {
        const auto size = std::stoul(client.read_until("\r\n"), nullptr, 16);
        got += client.read_exactly(size);
        client.read_exactly(2);
        if (size == 0) break;
    }
    answering.join();
    EXPECT_TRUE(got == body) << got.size();
    EXPECT_TRUE(exchange(client).ends_with("ok"));
}

TEST_F(Tls, ReadsARequestThatComesByteByByte) {
    start();
    auto client = tls();
    for (const char* byte = kGet; *byte != '\0'; ++byte) client.send({byte, 1});
    auto upstream = endpoint.accept();
    EXPECT_TRUE(upstream.read_until("\r\n\r\n").starts_with("GET /x HTTP/1.1\r\n"));
    upstream.send(kOk);
    EXPECT_TRUE(client.read_response().ends_with("ok"));
}

TEST_F(Tls, AnswersPipelinedRequestsInOneRecord) {
    start();
    auto client = tls();
    client.send(std::string(kGet) + kGet);
    auto upstream = endpoint.accept();
    for (const char* body : {"one", "two"}) {
        upstream.read_until("\r\n\r\n");
        upstream.send(std::string("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n") + body);
        EXPECT_TRUE(client.read_response().ends_with(body));
    }
}

TEST_F(Tls, StalledHandshakesHoldNobodyUp) {
    start();
    std::vector<Socket> stalled;
    for (int i = 0; i < 20; ++i) {
        stalled.push_back(Socket::connect(server->https_port()));
        stalled.back().send(std::string_view("\x16\x03\x01\x02", 4));  // the start of a ClientHello
    }
    auto client = tls();
    ASSERT_TRUE(client.connected());
    EXPECT_TRUE(exchange(client).ends_with("ok"));
    EXPECT_EQ(counters().reading, 20u);
}

TEST_F(Tls, GarbageFailsOneHandshakeOnly) {
    start();
    auto garbage = Socket::connect(server->https_port());
    garbage.send(std::string(500, '\xff'));
    EXPECT_TRUE(eventually([&] { return counters().tls_handshake_failures == 1; }));
    auto client = tls();
    EXPECT_TRUE(exchange(client).ends_with("ok"));
}

TEST_F(Tls, SaysThatPlainHttpCameToTheTlsPort) {
    start();
    auto client = Socket::connect(server->https_port());
    client.send(kGet);
    const std::string answer = client.read_response();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 Bad Request\r\n")) << answer;
    EXPECT_NE(answer.find("The plain HTTP request was sent to HTTPS port"), std::string::npos) << answer;
    EXPECT_TRUE(answer.ends_with("</html>\r\n")) << answer;
    EXPECT_EQ(client.read_to_end(), "");
    EXPECT_TRUE(endpoint.nobody_connected());
}

TEST_F(Tls, EndsWithCloseNotify) {
    start();
    auto client = tls();
    EXPECT_TRUE(exchange(client, "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").ends_with("ok"));
    EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(Tls, IdleConnectionEndsWithCloseNotify) {
    config.settings.downstream.keep_alive = std::chrono::seconds(1);
    start();
    auto client = tls();
    EXPECT_TRUE(exchange(client).ends_with("ok"));
    EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(Tls, CloseNotifyOfAnIdleClientIsAnswered) {
    start();
    auto client = tls();
    EXPECT_TRUE(exchange(client).ends_with("ok"));
    client.close_notify();
    EXPECT_TRUE(eventually([&] { return server->open_connections() == 0; }));
}

TEST_F(Tls, ResponseThatTheEndpointCutLooksCut) {
    start();
    auto client = tls();
    client.send(kGet);
    auto upstream = endpoint.accept();
    upstream.read_until("\r\n\r\n");
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    client.read_until("half");
    upstream.close();
    EXPECT_EQ(client.read_to_end(), "[cut]");
}

TEST_F(Tls, RequestCutWithoutCloseNotifyIsNotWhole) {
    start();
    auto client = tls();
    client.send("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
    auto upstream = endpoint.accept();
    upstream.read_until("half\r\n");
    client.socket().close();
    EXPECT_EQ(upstream.read_to_end(), "[reset]");
    EXPECT_TRUE(eventually([&] { return server->open_connections() == 0; }));
}

TEST_F(Tls, HalfARecordBehindTheLastRequestDoesNotSpin) {
    start();
    auto client = tls();
    EXPECT_TRUE(exchange(client, "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").ends_with("ok"));
    client.socket().send(std::string_view("\x17\x03\x03\x01\x00half", 9));
    auto other = tls();  // the same worker: it must still be listening to others
    ASSERT_TRUE(other.connected());
    EXPECT_TRUE(exchange(other).ends_with("ok"));
}

TEST_F(Tls, DribbledRecordDoesNotOutliveTheHeaderTimeout) {
    config.settings.downstream.header_timeout = std::chrono::seconds(1);
    start();
    auto client = tls();
    EXPECT_TRUE(exchange(client).ends_with("ok"));
    // A record that never gets whole, in pieces that come more often than the time-out.
    client.socket().send(std::string_view("\x17\x03\x03\x40\x00", 5));
    const auto began = std::chrono::steady_clock::now();
    bool over = false;
    while (!over && std::chrono::steady_clock::now() - began < std::chrono::seconds(5)) {
        client.socket().send("x");
        over = server->open_connections() == 0;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    EXPECT_TRUE(over);
}

TEST_F(Tls, ResumesOnAnotherWorker) {
    start(2);
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        auto first = tls({.lowest = version, .highest = version});
        first.send(kGet);
        auto upstream = endpoint.accept();
        upstream.read_until("\r\n\r\n");
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
        first.read_response();
        const auto session = first.session();
        // The kernel picks the worker by the client's port: some of these meet the other one. None says goodbye.
        for (int i = 0; i < 16; ++i) {
            const std::unique_ptr<SSL_SESSION, FreeTls> copy(SSL_SESSION_dup(session.get()));
            const auto again = tls({.lowest = version, .highest = version, .resume = copy.get()});
            EXPECT_TRUE(again.connected() && again.resumed()) << "try " << i;
        }
    }
    EXPECT_TRUE(eventually([&] { return counters().tls_resumed == 32; }));
}

TEST_F(Tls, RefusesRenegotiation) {
    start();
    auto client = tls({.highest = TLS1_2_VERSION});
    EXPECT_TRUE(exchange(client).ends_with("ok"));
    ERR_clear_error();
    SSL_renegotiate(client.ssl());
    EXPECT_NE(SSL_do_handshake(client.ssl()), 1);
}

TEST_F(Tls, CertificateSwapConcernsTheNextHandshakeOnly) {
    start();
    auto before = tls({.server_name = "new.example"});
    EXPECT_EQ(before.shown_name(), "default.example");
    config.tls = tls_config_for({"new.example"}, config.tls.get());
    publish();
    EXPECT_TRUE(exchange(before).ends_with("ok"));
    EXPECT_EQ(tls({.server_name = "new.example"}).shown_name(), "new.example");
}

TEST_F(Tls, HandshakeUnderWayKeepsItsCertificates) {
    start();
    auto slow = Socket::connect(server->https_port());
    slow.send(std::string_view("\x16\x03\x01", 3));
    ASSERT_TRUE(eventually([&] { return counters().reading == 1; }));
    const std::weak_ptr<const tls::ServerConfig> old = config.tls;
    config.tls = tls_config_for({"new.example"});
    publish();
    EXPECT_FALSE(old.expired());
    slow.close();
    EXPECT_TRUE(eventually([&] { return old.expired(); }));
}

class Redirect : public Tls {
protected:
    Redirect() {
        shop = &config.route("shop.example", "/", {endpoint.address()});
        config.certificate("shop.example");
    }
    std::string location(const std::string& target, const std::string& host = "shop.example") {
        auto client = this->client();
        client.send("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        const std::string response = client.read_response();
        EXPECT_TRUE(response.starts_with("HTTP/1.1 308 Permanent Redirect\r\n")) << response;
        const auto at = response.find("\r\nLocation: ");
        if (at == std::string::npos) return response;
        return response.substr(at + 12, response.find("\r\n", at + 12) - at - 12);
    }
    bool is_forwarded(const std::string& host) {
        auto client = this->client();
        client.send("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        auto upstream = endpoint.accept();
        upstream.read_until("\r\n\r\n");
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
        return client.read_response().ends_with("\r\n\r\nok");
    }
    routing::TlsRedirect& redirect() { return config.policy(*shop).tls_redirect; }

    routing::Route* shop;
};

TEST_F(Redirect, HostsWithCertificateGoToHttps) {
    start();
    EXPECT_EQ(location("/a%20b?c=d"), "https://shop.example/a%20b?c=d");
    EXPECT_EQ(location("/a", "shop.example:8080"), "https://shop.example/a");
    EXPECT_TRUE(is_forwarded("other.example"));
}

TEST_F(Redirect, HappensOnceOnly) {
    start();
    auto client = tls({.server_name = "shop.example"});
    EXPECT_TRUE(exchange(client, "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n").ends_with("ok"));
}

TEST_F(Redirect, OffForwards) {
    redirect().enabled = false;
    start();
    EXPECT_TRUE(is_forwarded("shop.example"));
}

TEST_F(Redirect, ForceDoesWithoutACertificate) {
    config.policy(*route).tls_redirect.force = true;
    start();
    EXPECT_EQ(location("/x", "other.example"), "https://other.example/x");
}

TEST_F(Redirect, SlashAndPort) {
    start();
    EXPECT_EQ(location("/a/"), "https://shop.example/a");
    redirect().preserve_trailing_slash = true;
    redirect().use_port = true;
    config.settings.public_https_port = 8443;
    publish();
    EXPECT_EQ(location("/a/"), "https://shop.example:8443/a/");
}

TEST_F(Redirect, StrictTransportSecurityOnlyOverTls) {
    start();
    auto client = tls({.server_name = "shop.example"});
    const auto secure = exchange(client, "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    EXPECT_NE(secure.find("\r\nStrict-Transport-Security: max-age=31536000; includeSubDomains\r\n"), std::string::npos)
        << secure;
    auto plain = this->client();
    plain.send("GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    EXPECT_EQ(plain.read_response().find("Strict-Transport-Security"), std::string::npos);
}

}  // namespace
}  // namespace fairway::wire
