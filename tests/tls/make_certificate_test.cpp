#include "tls/make_certificate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include <memory>

#include "tls/certificate.hpp"

namespace fairway::tls {
namespace {

using X509Owner = std::unique_ptr<X509, decltype(&X509_free)>;

X509Owner read(const std::string& pem) {
    BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    X509Owner certificate(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr), &X509_free);
    BIO_free(bio);
    return certificate;
}

// As a strict client judges: chain, name, purpose, dates.
int verify(const std::string& leaf_pem, const std::string& authority_pem, const char* host) {
    const X509Owner leaf = read(leaf_pem);
    const X509Owner authority = read(authority_pem);
    const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> trusted(X509_STORE_new(), &X509_STORE_free);
    X509_STORE_add_cert(trusted.get(), authority.get());
    const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> context(X509_STORE_CTX_new(),
                                                                                  &X509_STORE_CTX_free);
    X509_STORE_CTX_init(context.get(), trusted.get(), leaf.get(), nullptr);
    X509_STORE_CTX_set_default(context.get(), "ssl_server");
    X509_VERIFY_PARAM_set1_host(X509_STORE_CTX_get0_param(context.get()), host, 0);
    X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(context.get()), X509_V_FLAG_X509_STRICT);
    X509_verify_cert(context.get());
    return X509_STORE_CTX_get_error(context.get());
}

class MakeCertificate : public testing::TestWithParam<KeyType> {};

TEST_P(MakeCertificate, LeafIsTrustedByItsAuthorityOnly) {
    const auto authority = make_authority({.common_name = "Test CA", .key_type = GetParam()});
    const auto stranger = make_authority({.common_name = "Other CA", .key_type = GetParam()});
    const auto leaf = issue_certificate(
        {.common_name = "a", .names = {"shop.example", "*.eu.example"}, .key_type = GetParam()}, authority);
    ASSERT_TRUE(leaf);
    EXPECT_EQ(verify(leaf->certificate_pem, authority.certificate_pem, "shop.example"), X509_V_OK);
    EXPECT_EQ(verify(leaf->certificate_pem, authority.certificate_pem, "x.eu.example"), X509_V_OK);
    EXPECT_EQ(verify(leaf->certificate_pem, authority.certificate_pem, "b.example"), X509_V_ERR_HOSTNAME_MISMATCH);
    EXPECT_EQ(verify(leaf->certificate_pem, stranger.certificate_pem, "shop.example"),
              X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
    EXPECT_EQ((*Certificate::load(leaf->certificate_pem, leaf->key_pem))->key_type(), GetParam());
}
INSTANTIATE_TEST_SUITE_P(KeyTypes, MakeCertificate, testing::Values(KeyType::rsa, KeyType::ecdsa, KeyType::other));

TEST(MakeCertificate, ExpiredOnRequest) {
    using namespace std::chrono_literals;
    const auto authority = make_authority({.common_name = "Test CA"});
    const auto leaf =
        issue_certificate({.common_name = "a", .names = {"a.example"}, .valid_for = -1h, .age = 2h}, authority);
    ASSERT_TRUE(leaf);
    EXPECT_EQ(verify(leaf->certificate_pem, authority.certificate_pem, "a.example"), X509_V_ERR_CERT_HAS_EXPIRED);
}

TEST(MakeCertificate, UnreadableAuthorityIsAnError) {
    const auto made = issue_certificate({.common_name = "a"}, {.certificate_pem = "x", .key_pem = "y"});
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().message, testing::StartsWith("the certificate authority cannot be read: tls.crt"));
    const auto authority = make_authority({.common_name = "Test CA"});
    const auto keyless =
        issue_certificate({.common_name = "a"}, {.certificate_pem = authority.certificate_pem, .key_pem = ""});
    ASSERT_FALSE(keyless);
    EXPECT_THAT(keyless.error().message, testing::StartsWith("the key of the certificate authority cannot be read"));
}

}  // namespace
}  // namespace fairway::tls
