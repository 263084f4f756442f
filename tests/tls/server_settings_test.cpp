#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tls/handshake.hpp"

namespace fairway::tls::test {
namespace {

using testing::HasSubstr;

struct Refusal {
    const char* name;
    ServerSettings settings;
    const char* says;
};
const Refusal kRefusals[] = {
    {"UnknownProtocol", {.protocols = "TLSv1.2 TLS1.3"}, "unknown protocol \"TLS1.3\"; did you mean \"TLSv1.3\"?"},
    {"UnsafeProtocol", {.protocols = "SSLv3 TLSv1.2"}, "SSLv3 is broken and not supported; write TLSv1.2 TLSv1.3"},
    {"NoProtocol", {.protocols = " "}, "ssl-protocols: the list is empty; write TLSv1.2 TLSv1.3"},
    {"NoCipher", {.ciphers = "ECDHE-FOO"}, "ssl-ciphers: OpenSSL finds no cipher for TLS 1.2 in \"ECDHE-FOO\""},
    {"UnknownCurve", {.curves = "X25519:secp9:prime256v1"}, "ssl-ecdh-curve: \"secp9\" is no curve"},
    {"CurveAlone", {.curves = "secp9"}, "ssl-ecdh-curve: \"secp9\" is no curve"},
    {"CurveSeparator", {.curves = ":"}, "write auto, or names separated by colons"},
    {"TicketKeySize",
     {.session_tickets = true, .session_ticket_key = "short"},
     "ssl-session-ticket-key: it has 5 bytes; write 48 or 80 random bytes in base64"},
    {"EmptyAlpn", {.alpn_protocols = {""}}, "ALPN protocol \"\" must have 1 to 255 bytes"},
};
class SettingsRefusal : public testing::TestWithParam<Refusal> {};
TEST_P(SettingsRefusal, NamesTheBadItem) {
    const auto store = std::make_shared<const CertificateStore>(store_with_default());
    const auto made = ServerConfig::create(GetParam().settings, store, nullptr);
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().message, HasSubstr(GetParam().says));
    EXPECT_EQ(ERR_peek_error(), 0u);
}
INSTANTIATE_TEST_SUITE_P(ServerSettings, SettingsRefusal, testing::ValuesIn(kRefusals),
                         [](const auto& test) { return test.param.name; });

struct VersionCase {
    const char* name;
    const char* protocols;
    int version;
    bool accepted;
};
const VersionCase kVersions[] = {
    {"DefaultTls13", "TLSv1.2 TLSv1.3", TLS1_3_VERSION, true},
    {"DefaultTls12", "TLSv1.2 TLSv1.3", TLS1_2_VERSION, true},
    {"DefaultNotTls11", "TLSv1.2 TLSv1.3", TLS1_1_VERSION, false},
    {"Only13", "TLSv1.3", TLS1_2_VERSION, false},
    {"Only12", "TLSv1.2", TLS1_3_VERSION, false},
    {"AnyOrder", "TLSv1.3  TLSv1.1 TLSv1.2", TLS1_1_VERSION, true},
    {"OldestOnRequest", "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3", TLS1_VERSION, true},
    {"HoleInside", "TLSv1.1 TLSv1.3", TLS1_2_VERSION, false},
    {"BelowTheHole", "TLSv1.1 TLSv1.3", TLS1_1_VERSION, true},
};
class Protocols : public testing::TestWithParam<VersionCase> {};
TEST_P(Protocols, Version) {
    // The default list has authenticated ciphers alone, which TLS 1.1 does not know.
    const auto config = config_of({.protocols = GetParam().protocols, .ciphers = "ECDHE+AES"}, store_with_default());
    const auto made = connect(*config, {.lowest = GetParam().version, .highest = GetParam().version});
    EXPECT_EQ(made.completed, GetParam().accepted);
}
INSTANTIATE_TEST_SUITE_P(ServerSettings, Protocols, testing::ValuesIn(kVersions),
                         [](const auto& test) { return test.param.name; });

std::string cipher_of(const Connection& made) { return SSL_get_cipher_name(made.client.get()); }

TEST(ServerSettings, CipherOrderIsOursUnlessTheClientsIsAskedFor) {
    const ClientSettings client = {.highest = TLS1_2_VERSION,
                                   .ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256"};
    EXPECT_EQ(cipher_of(connect(*config_of({}, store_with_default()), client)), "ECDHE-ECDSA-AES128-GCM-SHA256");
    EXPECT_EQ(cipher_of(connect(*config_of({.prefer_server_ciphers = false}, store_with_default()), client)),
              "ECDHE-ECDSA-AES256-GCM-SHA384");
}

TEST(ServerSettings, Tls13PrefersTheCheaperSuiteAndTakesTheOthers) {
    const auto config = config_of({}, store_with_default());
    EXPECT_EQ(cipher_of(connect(*config, {.lowest = TLS1_3_VERSION})), "TLS_AES_128_GCM_SHA256");
    const auto client_order = config_of({.prefer_server_ciphers = false}, store_with_default());
    EXPECT_EQ(cipher_of(connect(*client_order, {.lowest = TLS1_3_VERSION})), "TLS_AES_256_GCM_SHA384");
}

TEST(ServerSettings, CipherListIsKept) {
    const auto config = config_of({.ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384"}, store_with_default());
    EXPECT_FALSE(connect(*config, {.highest = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256"}).completed);
    EXPECT_TRUE(connect(*config, {.highest = TLS1_2_VERSION}).completed);
}

TEST(ServerSettings, DefaultCiphersLeaveOutCbc) {
    const auto config = config_of({}, store_with_default());
    const auto made = connect(*config, {.highest = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES128-SHA"});
    EXPECT_FALSE(made.completed);
    EXPECT_EQ(made.alert, SSL_AD_HANDSHAKE_FAILURE);
}

TEST(ServerSettings, CurvesAreKept) {
    const auto config = config_of({.curves = "secp384r1"}, store_with_default());
    EXPECT_FALSE(connect(*config, {.lowest = TLS1_3_VERSION, .groups = "X25519"}).completed);
    EXPECT_TRUE(connect(*config, {.lowest = TLS1_3_VERSION, .groups = "X25519:P-384"}).completed);
}

TEST(ServerSettings, EqualSettingsKeepTheContextOthersDoNot) {
    const auto first = config_of({}, store_with_default());
    EXPECT_EQ(&config_of({}, store_with_default(), first.get())->context(), &first->context());
    EXPECT_NE(&config_of({.curves = "X25519"}, store_with_default(), first.get())->context(), &first->context());
    EXPECT_NE(&config_of({}, store_with_default())->context(), &first->context());
}

TEST(ServerSettings, ConfigTellsWhatItWasMadeOf) {
    const ServerSettings settings = {.curves = "X25519"};
    const auto store = std::make_shared<const CertificateStore>(store_with_default());
    const auto config = ServerConfig::create(settings, store, nullptr);
    ASSERT_TRUE(config);
    EXPECT_EQ((*config)->settings(), settings);
    EXPECT_EQ(&(*config)->certificates(), store.get());
}

}  // namespace
}  // namespace fairway::tls::test
