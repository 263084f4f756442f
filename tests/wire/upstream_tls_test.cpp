// TLS to endpoints: what is verified and shown, how it fails, and who may share a connection.
#include <gmock/gmock.h>

#include "tls/client_context.hpp"
#include "wire/tls_client.hpp"
#include "wire/tls_server.hpp"

namespace fairway::wire {
namespace {

using routing::UpstreamProtocol;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr const char* kGet = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

/// The route to the endpoint speaks HTTPS; one attempt only, so that a test accepts what it expects.
class UpstreamTls : public WireTest {
protected:
    UpstreamTls() {
        config.policy(*route).protocol = UpstreamProtocol::https;
        config.policy(*route).retry.tries = 1;
    }
    TlsServer accept() { return TlsServer(*context, endpoint.accept()); }
    void use(const tls::ClientConfig& settings) { config.policy(*route).upstream_tls = made(settings); }
    static std::shared_ptr<const tls::ClientContext> made(const tls::ClientConfig& settings) {
        return tls::ClientContext::create(settings).value();
    }
    tls::ClientConfig verifying(const std::string& name) const {
        return {.authorities_pem = authority.certificate_pem, .verify = true, .name = name};
    }
    std::string answer(TlsPeer& upstream, Socket& client) {
        upstream.read_until("\r\n\r\n");
        upstream.send(kOk);
        return client.read_response();
    }
    bool becomes_idle(std::uint64_t count) {
        return eventually([&] { return server->metrics().connections.upstream_idle == count; });
    }

    tls::CertificatePem authority = tls::make_authority({.common_name = "Test CA"});
    std::unique_ptr<SSL_CTX, FreeTls> context = tls_server_context({.certificate = issued(authority, "web.svc")});
};

TEST_F(UpstreamTls, TakesAnyCertificateByDefaultAndKeepsTheConnection) {
    start();
    auto client = this->client();
    client.send(kGet);
    auto upstream = accept();
    ASSERT_TRUE(upstream.connected());
    EXPECT_EQ(upstream.alpn(), "http/1.1");
    EXPECT_EQ(upstream.server_name(), "");
    EXPECT_EQ(upstream.shown_name(), "");
    EXPECT_THAT(upstream.read_until("\r\n\r\n"), HasSubstr("GET /x HTTP/1.1\r\n"));
    upstream.send(kOk);
    EXPECT_THAT(client.read_response(), EndsWith("ok"));
    ASSERT_TRUE(becomes_idle(1));

    client.send(kGet);
    EXPECT_THAT(answer(upstream, client), EndsWith("ok"));
    EXPECT_TRUE(endpoint.nobody_connected());
    EXPECT_EQ(server->metrics().connections.upstream_opened, 1u);
}

TEST_F(UpstreamTls, SpeaksOlderTls) {
    context = tls_server_context({.certificate = issued(authority, "web.svc"), .highest = TLS1_2_VERSION});
    start();
    auto client = this->client();
    client.send(kGet);
    auto upstream = accept();
    EXPECT_EQ(upstream.version(), TLS1_2_VERSION);
    EXPECT_THAT(answer(upstream, client), EndsWith("ok"));
}

TEST_F(UpstreamTls, VerifiesTheName) {
    use(verifying("web.svc"));
    start();
    auto client = this->client();
    client.send(kGet);
    auto upstream = accept();
    EXPECT_THAT(answer(upstream, client), EndsWith("ok"));
}

TEST_F(UpstreamTls, WrongNameIsRefusedBeforeAnythingIsSent) {
    use(verifying("other.svc"));
    start();
    auto client = this->client();
    client.send(kGet);
    auto upstream = accept();
    EXPECT_EQ(upstream.read_until("\r\n\r\n"), "");
    EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 502 "));
}

TEST_F(UpstreamTls, UnknownAuthorityIsRefused) {
    context =
        tls_server_context({.certificate = tls::make_self_signed({.common_name = "web.svc", .names = {"web.svc"}})});
    use(verifying("web.svc"));
    start();
    auto client = this->client();
    client.send(kGet);
    auto upstream = accept();
    EXPECT_EQ(upstream.read_until("\r\n\r\n"), "");
    EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 502 "));
}

TEST_F(UpstreamTls, ShowsItsCertificateAndSendsTheName) {
    context = tls_server_context(
        {.certificate = issued(authority, "web.svc"), .client_authority = authority.certificate_pem});
    const auto own = issued(authority, "fairway");
    use({.certificate = tls::Certificate::load(own.certificate_pem, own.key_pem).value(),
         .name = "web.svc",
         .send_server_name = true});
    start();
    auto client = this->client();
    client.send(kGet);
    auto upstream = accept();
    EXPECT_EQ(upstream.shown_name(), "fairway");
    EXPECT_EQ(upstream.server_name(), "web.svc");
    EXPECT_THAT(answer(upstream, client), EndsWith("ok"));
}

TEST_F(UpstreamTls, EndpointThatWantsACertificateRefusesWithout) {
    context = tls_server_context(
        {.certificate = issued(authority, "web.svc"), .client_authority = authority.certificate_pem});
    start();
    auto client = this->client();
    client.send(kGet);
    auto upstream = accept();
    EXPECT_FALSE(upstream.connected());
    upstream.socket().shutdown_write();
    EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 502 "));
}

TEST_F(UpstreamTls, SilentEndpointRunsIntoTheConnectTimeout) {
    config.policy(*route).timeouts.connect = std::chrono::seconds(1);
    start();
    auto client = this->client();
    client.send(kGet);
    auto upstream = endpoint.accept();
    EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 504 "));
    EXPECT_NE(upstream.read_to_end(), "") << "the proxy had begun a handshake";
}

TEST_F(UpstreamTls, PlainEndpointIsABadGateway) {
    start();
    auto client = this->client();
    client.send(kGet);
    auto upstream = endpoint.accept();
    upstream.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 502 "));
}

TEST_F(UpstreamTls, FailedHandshakeIsTriedElsewhereWhateverTheMethod) {
    Endpoint other;
    config.endpoints(*route, {endpoint.address(), other.address()});
    config.policy(*route).retry.tries = 0;  // each once
    use(verifying("web.svc"));
    start();
    const auto wrong = tls_server_context({.certificate = issued(authority, "wrong.svc")});
    for (int request = 0; request < 2; ++request) {  // one of them begins at the wrong one
        auto client = this->client();
        client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody");
        ASSERT_TRUE(eventually([&] { return !endpoint.nobody_connected() || !other.nobody_connected(); }));
        if (!endpoint.nobody_connected()) {
            EXPECT_FALSE(TlsServer(*wrong, endpoint.accept()).connected());
        }
        TlsServer upstream(*context, other.accept());
        EXPECT_THAT(upstream.read_until("body"), StartsWith("POST /x HTTP/1.1\r\n"));
        upstream.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
        EXPECT_THAT(client.read_response(), EndsWith("ok"));
    }
}

TEST_F(UpstreamTls, GoesAsTheClientCame) {
    config.policy(*route).protocol = UpstreamProtocol::auto_http;
    start();
    auto plain = this->client();
    plain.send(kGet);
    auto below = endpoint.accept();
    EXPECT_THAT(below.read_until("\r\n\r\n"), StartsWith("GET /x HTTP/1.1\r\n"));
    below.send(kOk);
    EXPECT_THAT(plain.read_response(), EndsWith("ok"));
    ASSERT_TRUE(becomes_idle(1));

    TlsClient secure(server->https_port());
    secure.send("GET /x HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: http\r\n\r\n");
    auto upstream = accept();
    ASSERT_TRUE(upstream.connected());
    upstream.read_until("\r\n\r\n");
    upstream.send(kOk);
    EXPECT_THAT(secure.read_response(), EndsWith("ok"));
}

TEST_F(UpstreamTls, GlobalDefaultBackendIsSpokenToInTheClear) {
    config.backend(*route).always_http = true;
    start();
    auto client = this->client();
    client.send(kGet);
    auto upstream = endpoint.accept();
    EXPECT_THAT(upstream.read_until("\r\n\r\n"), StartsWith("GET /x HTTP/1.1\r\n"));
    upstream.send(kOk);
    EXPECT_THAT(client.read_response(), EndsWith("ok"));
}

TEST_F(UpstreamTls, RoutesWithOtherSettingsHaveConnectionsOfTheirOwn) {
    const auto own = issued(authority, "fairway");
    const tls::ClientConfig with_certificate{.certificate =
                                                 tls::Certificate::load(own.certificate_pem, own.key_pem).value()};
    context = tls_server_context(
        {.certificate = issued(authority, "web.svc"), .client_authority = authority.certificate_pem});
    use(with_certificate);
    auto& unverified = config.route("_", "/unverified", {endpoint.address()});
    config.policy(unverified).protocol = UpstreamProtocol::https;
    config.policy(unverified).retry.tries = 1;
    start();

    auto client = this->client();
    client.send(kGet);
    auto first = accept();
    EXPECT_THAT(answer(first, client), EndsWith("ok"));
    ASSERT_TRUE(becomes_idle(1));

    // The endpoint would answer on the connection that is idle, which has shown a certificate.
    client.send("GET /unverified HTTP/1.1\r\nHost: a\r\n\r\n");
    auto refused = accept();
    EXPECT_FALSE(refused.connected());
    refused.socket().close();
    EXPECT_THAT(client.read_response(), StartsWith("HTTP/1.1 502 "));
    ASSERT_TRUE(becomes_idle(1));

    client = this->client();
    client.send(kGet);
    EXPECT_THAT(answer(first, client), EndsWith("ok"));
}

TEST_F(UpstreamTls, NewSettingsTakeNoConnectionOfTheOldOnes) {
    use(verifying("web.svc"));
    start();
    auto client = this->client();
    client.send(kGet);
    auto before = accept();
    EXPECT_THAT(answer(before, client), EndsWith("ok"));
    ASSERT_TRUE(becomes_idle(1));

    use(verifying("web.svc"));  // equal, but of a new Secret
    publish();
    client.send(kGet);
    auto after = accept();
    EXPECT_THAT(answer(after, client), EndsWith("ok"));
}

TEST_F(UpstreamTls, EndpointMayCloseAKeptConnection) {
    config.policy(*route).retry.tries = 0;
    start();
    auto client = this->client();
    for (int round = 0; round < 3; ++round) {
        client.send(kGet);
        auto upstream = accept();
        EXPECT_THAT(answer(upstream, client), EndsWith("ok"));
        if (round == 0) upstream.close_notify();
        if (round == 1) upstream.socket().reset();
    }
}

TEST_F(UpstreamTls, BodiesOfAnySizePass) {
    constexpr std::size_t kBytes = 3 * 1024 * 1024;
    config.policy(*route).body_limit.max_bytes = 0;
    start();
    const std::string body(kBytes, 'b');
    auto client = this->client();
    std::thread sender([&] {
        client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(kBytes) + "\r\n\r\n" + body);
    });
    auto upstream = accept();
    upstream.read_until("\r\n\r\n");
    EXPECT_EQ(upstream.read_exactly(kBytes), body);
    sender.join();
    std::thread answering(
        [&] { upstream.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kBytes) + "\r\n\r\n" + body); });
    EXPECT_THAT(client.read_response(), EndsWith(body));
    answering.join();
}

TEST_F(UpstreamTls, OnlyCloseNotifyEndsABodyWithoutLength) {
    start();
    for (const bool orderly : {true, false}) {
        auto client = this->client();
        client.send(kGet);
        auto upstream = accept();
        upstream.read_until("\r\n\r\n");
        upstream.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\npart");
        EXPECT_THAT(client.read_until("part"), HasSubstr("200 OK"));
        if (orderly) upstream.close_notify();
        upstream.socket().close();
        if (orderly) {
            EXPECT_EQ(client.read_until("0\r\n\r\n"), "\r\n0\r\n\r\n");
        } else {
            EXPECT_THAT(client.read_to_end(), testing::Not(HasSubstr("0\r\n\r\n")));
        }
    }
}

TEST_F(UpstreamTls, TunnelsRunOverTls) {
    start();
    auto client = this->client();
    client.send("GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    auto upstream = accept();
    upstream.read_until("\r\n\r\n");
    upstream.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello");
    EXPECT_THAT(client.read_until("hello"), StartsWith("HTTP/1.1 101 "));
    client.send("there");
    EXPECT_EQ(upstream.read_exactly(5), "there");
    upstream.send("bye");
    EXPECT_EQ(client.read_exactly(3), "bye");
}

}  // namespace
}  // namespace fairway::wire
