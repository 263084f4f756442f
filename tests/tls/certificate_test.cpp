#include "tls/certificate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tls/handshake.hpp"
#include "tls/make_certificate.hpp"

namespace fairway::tls::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes-128-cbc -pass pass:secret
constexpr const char* kEncryptedKey =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAg=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";
constexpr const char* kLegacyEncryptedKey =
    "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n"
    "-----END RSA PRIVATE KEY-----\n";
constexpr const char* kBrokenKey = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0LXRleHQ=\n-----END PRIVATE KEY-----\n";
constexpr const char* kBrokenCertificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

const CertificatePem& good() {
    static const CertificatePem made = make_self_signed({.common_name = "shop.example", .names = {"shop.example"}});
    return made;
}

struct Refusal {
    const char* name;
    std::string chain;
    std::string key;
    const char* says;
};

class CertificateRefusal : public testing::TestWithParam<Refusal> {};

TEST_P(CertificateRefusal, SaysWhatIsWrongWithoutTheKey) {
    const auto loaded = Certificate::load(GetParam().chain, GetParam().key);
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error().message, HasSubstr(GetParam().says));
    EXPECT_THAT(loaded.error().message, Not(HasSubstr("c2VjcmV0")));
    EXPECT_EQ(ERR_peek_error(), 0u) << "nothing stays in OpenSSL's queue to confuse the next call";
}

INSTANTIATE_TEST_SUITE_P(
    Certificate, CertificateRefusal,
    testing::Values(
        Refusal{"EmptyChain", "", good().key_pem, "tls.crt is empty"},
        Refusal{"NoPem", "hello", good().key_pem, "tls.crt holds no -----BEGIN CERTIFICATE----- block"},
        Refusal{"Swapped", good().key_pem, good().certificate_pem, "are tls.crt and tls.key swapped?"},
        Refusal{"BrokenLeaf", kBrokenCertificate, good().key_pem, "certificate 1 in tls.crt cannot be read"},
        Refusal{"BrokenIntermediate", good().certificate_pem + kBrokenCertificate, good().key_pem,
                "certificate 2 in tls.crt cannot be read"},
        Refusal{"CutOff", good().certificate_pem.substr(0, 200), good().key_pem,
                "certificate 1 in tls.crt cannot be read"},
        Refusal{"EmptyKey", good().certificate_pem, "", "tls.key is empty"},
        Refusal{"CertificateAsKey", good().certificate_pem, good().certificate_pem, "swapped?"},
        Refusal{"KeyNoPem", good().certificate_pem, "hello", "tls.key holds no -----BEGIN PRIVATE KEY----- block"},
        Refusal{"BrokenKey", good().certificate_pem, kBrokenKey, "tls.key cannot be read as a private key"},
        Refusal{"EncryptedKey", good().certificate_pem, kEncryptedKey, "tls.key is encrypted; decrypt it first"},
        Refusal{"LegacyEncryptedKey", good().certificate_pem, kLegacyEncryptedKey, "tls.key is encrypted"},
        Refusal{"ForeignKey", good().certificate_pem, make_self_signed({.common_name = "x"}).key_pem,
                "tls.key does not belong to the first certificate"},
        Refusal{"KeyOfOtherType", good().certificate_pem,
                make_self_signed({.common_name = "x", .key_type = KeyType::rsa}).key_pem,
                "tls.key does not belong to the first certificate"}),
    [](const auto& test) { return test.param.name; });

TEST(Certificate, TextAroundTheBlocksIsIgnored) {
    const auto loaded = Certificate::load("subject=shop\r\n" + good().certificate_pem + "\n# end\n",
                                          "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
                                          "-----END EC PARAMETERS-----\n" +
                                              good().key_pem);
    ASSERT_TRUE(loaded);
    EXPECT_THAT((*loaded)->names(), ElementsAre("shop.example"));
}

// openssl req -x509 -newkey rsa:512 -subj /CN=weak.example
constexpr const char* kWeakCertificate = R"(-----BEGIN CERTIFICATE-----
MIIBhTCCAS+gAwIBAgIUQxD28btC16uNCxvoFSo41oGWFdAwDQYJKoZIhvcNAQEL
BQAwFzEVMBMGA1UEAwwMd2Vhay5leGFtcGxlMB4XDTI2MTEyMzIwNDM0M1oXDTM2
MTEyMDIwNDM0M1owFzEVMBMGA1UEAwwMd2Vhay5leGFtcGxlMFwwDQYJKoZIhvcN
AQEBBQADSwAwSAJBAK/0nqkmUUwSihIR1eIm9XeV+eVIApPptzsWqvS7CV8X7GSR
KyGgmKWZTV4VirVO3Dg996Er7MYMA5iyEE+n1RkCAwEAAaNTMFEwHQYDVR0OBBYE
FCY4PBLB/uNyzkeZoRE4v9YjnzgQMB8GA1UdIwQYMBaAFCY4PBLB/uNyzkeZoRE4
v9YjnzgQMA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQELBQADQQASA+SmN4zF
8SePYzIkAHfepz3xF9NxYNYtTGzfP3JQ5Xvnbkn1EchGG/hQhY7xxXhNQXpnfFt4
gHk+MyYYfnOH
-----END CERTIFICATE-----
)";
constexpr const char* kWeakKey = R"(-----BEGIN PRIVATE KEY-----
MIIBVQIBADANBgkqhkiG9w0BAQEFAASCAT8wggE7AgEAAkEAr/SeqSZRTBKKEhHV
4ib1d5X55UgCk+m3Oxaq9LsJXxfsZJErIaCYpZlNXhWKtU7cOD33oSvsxgwDmLIQ
T6fVGQIDAQABAkB12QrjE6zjnI8pJxTvkVRasfJbZG2Fj8WPJ9F8dEEElK7UBzj1
f2o60/VdAeYrRnc/kRE7wbr2RKzd/ka06UvhAiEA3MdCXKzeu9BIBJ3MCcf1FVIo
8tJyvIYpoPPfbtQHGg0CIQDMBsQWPyUs64mHdCJW0sCDthS78ktdBIyfHsShHUkg
PQIhAIwpHCJFxSmq8u2rWAulnBwrCsANhrXU3rzF1kU/6jpJAiEAuT3fZU95wlos
aTaRQwFg13VHSAnKUS8jOgmmf53mWgUCIAF0MymMC54P1+3hWHptivMf+ewM4Dv/
n6Ie9YkcBN/O
-----END PRIVATE KEY-----
)";

TEST(Certificate, TooWeakForAnyHandshakeIsRefusedAtOnce) {
    const auto loaded = Certificate::load(kWeakCertificate, kWeakKey);
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error().message, HasSubstr("too weak to serve (ee key too small)"));
}

TEST(Certificate, TellsWhatItIs) {
    const auto authority = make_authority({.common_name = "Test CA", .organization = "Ünit"});
    const auto pem = issue_certificate(
        {.common_name = "shop.example", .organization = "Shop", .names = {"Shop.example", "*.shop.example"}},
        authority);
    ASSERT_TRUE(pem);
    const auto loaded = Certificate::load(pem->certificate_pem, pem->key_pem);
    ASSERT_TRUE(loaded);
    const Certificate& certificate = **loaded;
    EXPECT_EQ(certificate.key_type(), KeyType::ecdsa);
    EXPECT_THAT(certificate.names(), ElementsAre("shop.example", "*.shop.example"));
    EXPECT_EQ(certificate.subject(), "CN=shop.example,O=Shop");
    EXPECT_EQ(certificate.issuer(), "CN=Test CA,O=Ünit");
    EXPECT_EQ(certificate.serial().size(), 32u);
    EXPECT_EQ(certificate.fingerprint().size(), 64u);
    const auto now = std::chrono::system_clock::now();
    EXPECT_LT(certificate.not_before(), now);
    EXPECT_GT(certificate.not_after(), now + std::chrono::days(364));
    EXPECT_LT(certificate.not_after(), now + std::chrono::days(366));
}

TEST(Certificate, FakeOneIsNewEachTime) {
    const auto fake = Certificate::make_fake();
    EXPECT_EQ(fake->subject(), "CN=Fairway Fake Certificate,O=Fairway");
    EXPECT_EQ(fake->issuer(), fake->subject());
    EXPECT_THAT(fake->names(), ElementsAre("ingress.local"));
    EXPECT_EQ(fake->key_type(), KeyType::ecdsa);
    EXPECT_NE(fake->fingerprint(), Certificate::make_fake()->fingerprint());
}

struct Coverage {
    const char* name;
    std::vector<std::string> names;
    const char* host;
    bool covered;
};
const Coverage kCoverage[] = {
    {"ExactName", {"shop.example"}, "shop.example", true},
    {"AnyCase", {"Shop.Example"}, "sHOP.example", true},
    {"TrailingDot", {"shop.example"}, "shop.example.", true},
    {"OtherName", {"shop.example"}, "example", false},
    {"SecondName", {"a.example", "b.example"}, "b.example", true},
    {"WildcardOneLabel", {"*.shop.example"}, "eu.shop.example", true},
    {"WildcardNotTwoLabels", {"*.shop.example"}, "a.eu.shop.example", false},
    {"WildcardNotItsParent", {"*.shop.example"}, "shop.example", false},
    {"WildcardNeedsALabel", {"*.shop.example"}, ".shop.example", false},
    {"WildcardCoversItself", {"*.shop.example"}, "*.shop.example", true},
    {"NameDoesNotCoverWildcard", {"eu.shop.example"}, "*.shop.example", false},
    {"PartialWildcardIsNone", {"w*.shop.example"}, "www.shop.example", false},
    {"CommonNameCountsNotBesideNames", {"shop.example"}, "common.example", false},
    {"CommonNameCountsAlone", {}, "common.example", true},
    {"CommonNameCountsNotBesideAddresses", {"10.0.0.1"}, "common.example", false},
    {"Address", {"shop.example", "10.0.0.1"}, "10.0.0.1", true},
    {"AddressV6", {"2001:db8::1"}, "2001:db8:0::1", true},
    {"OtherAddress", {"10.0.0.1"}, "10.0.0.2", false},
    {"EmptyHost", {"shop.example"}, "", false},
};
class Covers : public testing::TestWithParam<Coverage> {};
TEST_P(Covers, Host) {
    const auto pem = make_self_signed({.common_name = "common.example", .names = GetParam().names});
    const auto certificate = Certificate::load(pem.certificate_pem, pem.key_pem);
    ASSERT_TRUE(certificate);
    EXPECT_EQ((*certificate)->covers(GetParam().host), GetParam().covered);
}
INSTANTIATE_TEST_SUITE_P(Certificate, Covers, testing::ValuesIn(kCoverage),
                         [](const auto& test) { return test.param.name; });

TEST(Certificate, WithoutAnyNameCoversNothing) {
    const auto pem = make_self_signed({.organization = "Nameless"});
    const auto certificate = Certificate::load(pem.certificate_pem, pem.key_pem);
    ASSERT_TRUE(certificate);
    EXPECT_TRUE((*certificate)->names().empty());
    EXPECT_FALSE((*certificate)->covers("shop.example"));
}

}  // namespace
}  // namespace fairway::tls::test
