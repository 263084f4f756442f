// TLS towards endpoints: sessions of ClientContext against a server of OpenSSL's, in memory.
#include "tls/client_context.hpp"

#include <gtest/gtest.h>

#include "tls/handshake.hpp"
#include "tls/pem.hpp"

namespace fairway::tls::test {
namespace {

struct Authority {
    CertificatePem pem = make_authority({.common_name = "Test CA"});

    CertificatePem issue(const std::string& name, std::chrono::seconds valid_for = std::chrono::hours(1)) const {
        return issue_certificate({.common_name = name, .names = {name}, .valid_for = valid_for}, pem).value();
    }
};

/// What the endpoint does. Default: TLS 1.2 or 1.3, any ALPN it is offered, no wish for a client certificate.
struct ServerSide {
    CertificatePem certificate;
    std::string client_authority = {};  ///< PEM; not empty: a certificate of it is required
    int highest = TLS1_3_VERSION;
    bool answer_alpn = true;
};

int choose_first(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned int,
                 void*) {
    *out = in + 1;
    *out_size = in[0];
    return SSL_TLSEXT_ERR_OK;
}

OwnedSsl server_session(const ServerSide& side) {
    const OwnedContext context(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_set_max_proto_version(context.get(), side.highest);
    if (side.answer_alpn) SSL_CTX_set_alpn_select_cb(context.get(), choose_first, nullptr);
    if (!side.client_authority.empty()) {
        const auto authorities = read_certificates(side.client_authority, "ca").value();
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), sk_X509_value(authorities.get(), 0));
        SSL_CTX_set_purpose(context.get(), X509_PURPOSE_ANY);  // certificates made here are for servers
        SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    OwnedSsl session(SSL_new(context.get()));
    const auto certificate = Certificate::load(side.certificate.certificate_pem, side.certificate.key_pem).value();
    EXPECT_TRUE(certificate->use_for(*session));
    SSL_set_accept_state(session.get());
    return session;
}

struct Met {
    OwnedSsl client;
    OwnedSsl server;
    bool completed = false;
    std::string problem;  ///< the client's, when it failed

    std::string server_name() const {
        const char* name = SSL_get_servername(server.get(), TLSEXT_NAMETYPE_host_name);
        return name == nullptr ? "" : name;
    }
    std::string alpn() const {
        const unsigned char* protocol = nullptr;
        unsigned int size = 0;
        SSL_get0_alpn_selected(server.get(), &protocol, &size);
        return {reinterpret_cast<const char*>(protocol), size};
    }
    std::string client_certificate() const {
        const X509* shown = SSL_get0_peer_certificate(server.get());
        char name[256] = "";
        if (shown != nullptr)
            X509_NAME_get_text_by_NID(X509_get_subject_name(shown), NID_commonName, name, sizeof name);
        return name;
    }
};

bool wants_more(SSL& session, int result) { return SSL_get_error(&session, result) == SSL_ERROR_WANT_READ; }

Met meet(const ClientContext& context, const ServerSide& side, Alpn alpn = Alpn::http1) {
    Met met;
    met.client.reset(context.new_session(alpn));
    met.server = server_session(side);
    BIO* one = nullptr;
    BIO* other = nullptr;
    EXPECT_EQ(BIO_new_bio_pair(&one, 256 * 1024, &other, 256 * 1024), 1);
    SSL_set_bio(met.client.get(), one, one);
    SSL_set_bio(met.server.get(), other, other);
    constexpr int kMostRounds = 20;
    int client = 0;
    int server = 0;
    for (int round = 0; round < kMostRounds && !(client == 1 && server == 1); ++round) {
        ERR_clear_error();
        client = SSL_do_handshake(met.client.get());
        if (client != 1 && !wants_more(*met.client, client)) {
            met.problem = handshake_problem(*met.client);
            return met;
        }
        ERR_clear_error();
        server = SSL_do_handshake(met.server.get());
        if (server == 1 || wants_more(*met.server, server)) continue;
        // The server refused: with TLS 1.3 the client learns it only when it reads.
        char byte;
        ERR_clear_error();
        if (client == 1)
            SSL_read(met.client.get(), &byte, 1);
        else
            SSL_do_handshake(met.client.get());
        met.problem = handshake_problem(*met.client);
        return met;
    }
    ERR_clear_error();
    met.completed = client == 1 && server == 1;
    return met;
}

std::shared_ptr<const ClientContext> context_of(const ClientConfig& config) {
    const auto made = ClientContext::create(config);
    EXPECT_TRUE(made) << made.error().message;
    return made.value();
}

ClientConfig verifying(const Authority& authority, const std::string& name) {
    return {.authorities_pem = authority.pem.certificate_pem, .verify = true, .name = name};
}

TEST(ClientContext, DefaultTakesAnyCertificateAndSendsNoName) {
    const auto self_signed = make_self_signed({.common_name = "anything", .names = {"anything"}});
    const auto met = meet(*ClientContext::unverified(), {.certificate = self_signed});
    EXPECT_TRUE(met.completed) << met.problem;
    EXPECT_EQ(met.server_name(), "");
    EXPECT_EQ(met.alpn(), "http/1.1");
    EXPECT_EQ(met.client_certificate(), "");
    EXPECT_EQ(SSL_version(met.client.get()), TLS1_3_VERSION);
}

TEST(ClientContext, AsksForHttp2ByAlpn) {
    const auto met = meet(*ClientContext::unverified(), {.certificate = Authority().issue("a")}, Alpn::h2);
    EXPECT_TRUE(met.completed);
    EXPECT_EQ(met.alpn(), "h2");
}

TEST(ClientContext, EndpointWithoutAlpnIsFine) {
    const auto met = meet(*ClientContext::unverified(), {.certificate = Authority().issue("a"), .answer_alpn = false});
    EXPECT_TRUE(met.completed);
    EXPECT_EQ(met.alpn(), "");
}

TEST(ClientContext, VerifiesTheNameItWasGiven) {
    const Authority authority;
    const auto met =
        meet(*context_of(verifying(authority, "web.shop.svc")), {.certificate = authority.issue("web.shop.svc")});
    EXPECT_TRUE(met.completed) << met.problem;
    EXPECT_EQ(met.server_name(), "") << "SNI is a switch of its own";
}

TEST(ClientContext, VerifiesAnAddress) {
    const Authority authority;
    const auto context = context_of(verifying(authority, "192.0.2.7"));
    EXPECT_TRUE(meet(*context, {.certificate = authority.issue("192.0.2.7")}).completed);
    EXPECT_FALSE(meet(*context, {.certificate = authority.issue("192.0.2.8")}).completed);
}

TEST(ClientContext, WrongNameFailsAndIsNamed) {
    const Authority authority;
    const auto met =
        meet(*context_of(verifying(authority, "right.example")), {.certificate = authority.issue("wrong.example")});
    EXPECT_FALSE(met.completed);
    EXPECT_NE(met.problem.find("certificate verify failed: "), std::string::npos) << met.problem;
    EXPECT_NE(met.problem.find("wanted \"right.example\", and its certificate is valid for wrong.example"),
              std::string::npos)
        << met.problem;
}

TEST(ClientContext, CertificateOfAnotherAuthorityFails) {
    const auto met =
        meet(*context_of(verifying(Authority(), "a.example")), {.certificate = Authority().issue("a.example")});
    EXPECT_FALSE(met.completed);
    EXPECT_NE(met.problem.find("unable to get local issuer certificate"), std::string::npos) << met.problem;
}

TEST(ClientContext, ExpiredCertificateFails) {
    const Authority authority;
    const auto met = meet(*context_of(verifying(authority, "a.example")),
                          {.certificate = authority.issue("a.example", std::chrono::seconds(-1))});
    EXPECT_FALSE(met.completed);
    EXPECT_NE(met.problem.find("certificate has expired"), std::string::npos) << met.problem;
}

TEST(ClientContext, CertificateOfTheEndpointItselfMayBeTrusted) {
    const auto own = make_self_signed({.common_name = "a.example", .names = {"a.example"}});
    const ClientConfig config{.authorities_pem = own.certificate_pem, .verify = true, .name = "a.example"};
    const auto met = meet(*context_of(config), {.certificate = own});
    EXPECT_TRUE(met.completed) << met.problem;
}

TEST(ClientContext, SendsTheNameWhenAsked) {
    const auto named = context_of({.name = "web.example", .send_server_name = true});
    EXPECT_EQ(meet(*named, {.certificate = Authority().issue("a")}).server_name(), "web.example");
    const auto address = context_of({.name = "192.0.2.7", .send_server_name = true});
    EXPECT_EQ(meet(*address, {.certificate = Authority().issue("a")}).server_name(), "");
}

TEST(ClientContext, ShowsItsCertificate) {
    const Authority authority;
    const auto pem = authority.issue("fairway.example");
    const ServerSide side{.certificate = authority.issue("a"), .client_authority = authority.pem.certificate_pem};
    const auto with = context_of({.certificate = Certificate::load(pem.certificate_pem, pem.key_pem).value()});
    const auto met = meet(*with, side);
    EXPECT_TRUE(met.completed) << met.problem;
    EXPECT_EQ(met.client_certificate(), "fairway.example");

    const auto without = meet(*ClientContext::unverified(), side);
    EXPECT_FALSE(without.completed);
    EXPECT_NE(without.problem.find("certificate required"), std::string::npos) << without.problem;
}

TEST(ClientContext, KeepsToItsProtocols) {
    const auto only_12 = context_of({.protocols = "TLSv1.2"});
    EXPECT_EQ(SSL_version(meet(*only_12, {.certificate = Authority().issue("a")}).client.get()), TLS1_2_VERSION);
    const auto only_13 = context_of({.protocols = "TLSv1.3"});
    EXPECT_FALSE(meet(*only_13, {.certificate = Authority().issue("a"), .highest = TLS1_2_VERSION}).completed);
}

TEST(ClientContext, KeepsToItsCiphers) {
    const auto context = context_of({.ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384", .protocols = "TLSv1.2"});
    const auto met = meet(*context, {.certificate = Authority().issue("a")});
    ASSERT_TRUE(met.completed);
    EXPECT_STREQ(SSL_get_cipher_name(met.client.get()), "ECDHE-ECDSA-AES256-GCM-SHA384");
}

TEST(ClientContext, EveryContextHasItsOwnId) {
    const auto one = context_of({});
    const auto other = context_of({});
    EXPECT_NE(one->id(), 0u);
    EXPECT_NE(one->id(), other->id());
    EXPECT_EQ(ClientContext::unverified()->id(), ClientContext::unverified()->id());
}

TEST(ClientContext, SessionOutlivesItsContext) {
    auto context = context_of({.name = "web.example", .send_server_name = true});
    const OwnedSsl session(context->new_session(Alpn::http1));
    context.reset();
    EXPECT_STREQ(SSL_get_servername(session.get(), TLSEXT_NAMETYPE_host_name), "web.example");
}

struct Refusal {
    const char* name;
    ClientConfig config;
    const char* says;
};
const Refusal kRefusals[] = {
    {"UnknownProtocol", {.protocols = "TLSv9"}, "proxy-ssl-protocols: unknown protocol \"TLSv9\""},
    {"UnknownCipher", {.ciphers = "ROT13"}, "proxy-ssl-ciphers: OpenSSL finds no cipher in \"ROT13\""},
    {"NoAuthorities", {.verify = true, .name = "a"}, "ca.crt is empty"},
    {"NoCertificateInAuthorities",
     {.authorities_pem = "hello", .verify = true, .name = "a"},
     "ca.crt holds no -----BEGIN CERTIFICATE----- block"},
    {"NoName", {.authorities_pem = "hello", .verify = true}, "write proxy-ssl-name"},
};
class ClientRefusal : public testing::TestWithParam<Refusal> {};
TEST_P(ClientRefusal, SaysWhatIsWrong) {
    const auto made = ClientContext::create(GetParam().config);
    ASSERT_FALSE(made);
    EXPECT_NE(made.error().message.find(GetParam().says), std::string::npos) << made.error().message;
}
INSTANTIATE_TEST_SUITE_P(ClientContext, ClientRefusal, testing::ValuesIn(kRefusals),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace fairway::tls::test
