#include <gtest/gtest.h>

#include "tls/handshake.hpp"

namespace fairway::tls::test {
namespace {

std::shared_ptr<const ServerConfig> serving(const ServerSettings& settings = {}) {
    CertificateStore store = store_with_default();
    store.add("shop.example", certificate_for({"shop.example"}));
    store.add("*.shop.example", certificate_for({"*.shop.example"}));
    store.add("both.example", certificate_for({"both.example"}, KeyType::rsa));
    store.add("both.example", certificate_for({"both.example"}, KeyType::ecdsa));
    store.add("edwards.example", certificate_for({"edwards.example"}, KeyType::other));
    return config_of(settings, std::move(store));
}

struct NameCase {
    const char* name;
    const char* server_name;
    const char* shown;
};
const NameCase kNames[] = {
    {"ExactName", "shop.example", "shop.example"},
    {"AnyCase", "SHOP.Example", "shop.example"},
    {"WildcardOfOneLabel", "eu.shop.example", "*.shop.example"},
    {"TwoLabelsAreTooMany", "a.b.shop.example", "default.example"},
    {"UnknownName", "elsewhere.example", "default.example"},
    {"NoName", "", "default.example"},
};
class ServerName : public testing::TestWithParam<NameCase> {};
TEST_P(ServerName, PicksCertificate) {
    const auto config = serving();
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        const auto made =
            connect(*config, {.server_name = GetParam().server_name, .lowest = version, .highest = version});
        ASSERT_TRUE(made.completed);
        EXPECT_EQ(made.version(), version);
        EXPECT_EQ(made.shown_name(), GetParam().shown);
    }
}
INSTANTIATE_TEST_SUITE_P(Handshake, ServerName, testing::ValuesIn(kNames),
                         [](const auto& test) { return test.param.name; });

TEST(Handshake, CarriesDataBothWays) {
    const auto config = serving();
    auto made = connect(*config, {.server_name = "shop.example"});
    ASSERT_TRUE(made.completed);
    EXPECT_EQ(made.client_to_server("GET /"), "GET /");
    EXPECT_EQ(made.server_to_client("200 OK"), "200 OK");
}

TEST(Handshake, UnknownNamesAreRefusedWhenAsked) {
    const auto config = serving({.reject_unknown_names = true});
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        for (const char* name : {"elsewhere.example", ""}) {
            const auto made = connect(*config, {.server_name = name, .lowest = version, .highest = version});
            EXPECT_FALSE(made.completed);
            EXPECT_EQ(made.alert, SSL_AD_UNRECOGNIZED_NAME) << "name: " << name;
        }
        EXPECT_TRUE(connect(*config, {.server_name = "eu.shop.example"}).completed);
    }
}

TEST(Handshake, KeyTypeFollowsTheClientsSignatureAlgorithms) {
    const auto config = serving();
    const auto key_for = [&](const char* algorithms, int version) {
        const auto made = connect(
            *config,
            {.server_name = "both.example", .lowest = version, .highest = version, .signature_algorithms = algorithms});
        EXPECT_TRUE(made.completed) << algorithms;
        return made.shown_key();
    };
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        EXPECT_EQ(key_for("ECDSA+SHA256", version), KeyType::ecdsa);
        EXPECT_EQ(key_for("RSA-PSS+SHA256:RSA+SHA256", version), KeyType::rsa);
        EXPECT_EQ(key_for("RSA-PSS+SHA256:RSA+SHA256:ECDSA+SHA256", version), KeyType::ecdsa)
            << "the cheaper signature when the client takes both";
    }
}

TEST(Handshake, ServesEd25519) {
    const auto config = serving();
    const auto made = connect(*config, {.server_name = "edwards.example"});
    ASSERT_TRUE(made.completed);
    EXPECT_EQ(made.shown_key(), KeyType::other);
}

TEST(Handshake, SendsTheWholeChain) {
    const auto authority = make_authority({.common_name = "Test CA"});
    const auto leaf = issue_certificate({.common_name = "chain.example", .names = {"chain.example"}}, authority);
    ASSERT_TRUE(leaf);
    CertificateStore store = store_with_default();
    store.add("chain.example",
              Certificate::load(leaf->certificate_pem + authority.certificate_pem, leaf->key_pem).value());
    const auto config = config_of({}, std::move(store));
    const auto made = connect(*config, {.server_name = "chain.example"});
    ASSERT_TRUE(made.completed);
    EXPECT_EQ(sk_X509_num(SSL_get_peer_cert_chain(made.client.get())), 2);
}

TEST(Handshake, ChoosesApplicationProtocolInOurOrder) {
    const auto config = serving({.alpn_protocols = {"h2", "http/1.1"}});
    EXPECT_EQ(connect(*config, {.alpn = {"http/1.1", "h2"}}).alpn(), "h2");
    EXPECT_EQ(connect(*config, {.alpn = {"http/1.0", "http/1.1"}}).alpn(), "http/1.1");
    EXPECT_EQ(connect(*config, {}).alpn(), "");
}

TEST(Handshake, RefusesApplicationProtocolsItDoesNotSpeak) {
    const auto config = serving();
    const auto made = connect(*config, {.alpn = {"h3", "spdy/3"}});
    EXPECT_FALSE(made.completed);
    EXPECT_EQ(made.alert, SSL_AD_NO_APPLICATION_PROTOCOL);  // RFC 7301 section 3.2
}

TEST(Handshake, OffersNoApplicationProtocolWhenThereIsNone) {
    const auto config = serving({.alpn_protocols = {}});
    const auto made = connect(*config, {.alpn = {"http/1.1"}});
    EXPECT_TRUE(made.completed);
    EXPECT_EQ(made.alpn(), "");
}

TEST(Handshake, ClientRenegotiationIsRefused) {
    const auto config = serving();
    auto made = connect(*config, {.highest = TLS1_2_VERSION});
    ASSERT_TRUE(made.completed);
    ASSERT_EQ(SSL_renegotiate(made.client.get()), 1);
    SSL_do_handshake(made.client.get());
    char byte = 0;
    EXPECT_LE(SSL_read(made.server.get(), &byte, 1), 0);
    EXPECT_LE(SSL_do_handshake(made.client.get()), 0);
    EXPECT_EQ(SSL_num_renegotiations(made.server.get()), 0);
}

TEST(Handshake, NewCertificateServesTheNextHandshakeAndOldOnesFinish) {
    const ServerSettings settings;
    const auto before = config_of(settings, store_with_default());
    CertificateStore store(certificate_for({"renewed.example"}));
    const auto after = config_of(settings, std::move(store), before.get());
    EXPECT_EQ(&before->context(), &after->context());
    EXPECT_EQ(connect(*before, {}).shown_name(), "default.example");
    EXPECT_EQ(connect(*after, {}).shown_name(), "renewed.example");
}

TEST(Handshake, EstablishedSessionOutlivesItsConfiguration) {
    auto config = serving();
    auto made = connect(*config, {});
    ASSERT_TRUE(made.completed);
    config.reset();
    EXPECT_EQ(made.client_to_server("still here"), "still here");
    EXPECT_EQ(made.server_to_client("yes"), "yes");
}

TEST(Handshake, GarbageIsRefusedWithoutHarm) {
    const auto config = serving();
    OwnedSsl server(config->new_session());
    BIO* input = BIO_new(BIO_s_mem());
    BIO_puts(input, "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    SSL_set_bio(server.get(), input, BIO_new(BIO_s_mem()));
    const int result = SSL_do_handshake(server.get());
    EXPECT_EQ(SSL_get_error(server.get(), result), SSL_ERROR_SSL);
    ERR_clear_error();
}

}  // namespace
}  // namespace fairway::tls::test
