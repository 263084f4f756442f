#include "tls/certificate_store.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tls/handshake.hpp"

namespace fairway::tls::test {
namespace {

TEST(CertificateStore, FirstOfAKeyTypeWinsForAName) {
    CertificateStore store = store_with_default();
    const auto first = certificate_for({"shop.example"});
    const auto rsa = certificate_for({"shop.example"}, KeyType::rsa);
    EXPECT_TRUE(store.add("shop.example", first));
    EXPECT_FALSE(store.add("shop.example", certificate_for({"shop.example"})));
    EXPECT_TRUE(store.add("shop.example", rsa));
    const auto* choice = store.select("shop.example");
    ASSERT_NE(choice, nullptr);
    EXPECT_EQ(choice->ecdsa, first);
    EXPECT_EQ(choice->rsa, rsa);
    EXPECT_EQ(choice->other, nullptr);
}

TEST(CertificateStore, CopiesAreIndependentAndShareCertificates) {
    CertificateStore store = store_with_default();
    const auto certificate = certificate_for({"shop.example"});
    store.add("shop.example", certificate);
    CertificateStore copy = store;
    copy.add("new.example", certificate);
    EXPECT_EQ(copy.select("shop.example")->ecdsa, certificate);
    EXPECT_EQ(store.select("new.example"), nullptr);
    EXPECT_EQ(&copy.default_certificate(), &store.default_certificate());
}

struct Lookup {
    const char* name;
    std::string server_name;
    const char* entry;  // nullptr: none
};
const Lookup kLookups[] = {
    {"Exact", "shop.example", "shop.example"},
    {"AnyCase", "SHOP.EXAMPLE", "shop.example"},
    {"TrailingDot", "shop.example.", "shop.example"},
    {"ExactBeforeWildcard", "www.shop.example", "www.shop.example"},
    {"Wildcard", "eu.shop.example", "*.shop.example"},
    {"OneLetterLabel", "e.shop.example", "*.shop.example"},
    {"TwoLabels", "a.eu.shop.example", nullptr},
    {"EmptyLabel", ".shop.example", nullptr},
    {"SingleLabel", "localhost", nullptr},
    {"Empty", "", nullptr},
    {"OnlyDot", ".", nullptr},
    {"LiteralStar", "*.shop.example", "*.shop.example"},
    {"LongestName", std::string(242, 'a') + ".shop.example", "*.shop.example"},
    {"TooLong", std::string(243, 'a') + ".shop.example", nullptr},
    {"Endless", std::string(100'000, 'a'), nullptr},
};
class Select : public testing::TestWithParam<Lookup> {};
TEST_P(Select, Entry) {
    CertificateStore store = store_with_default();
    for (const char* host : {"shop.example", "www.shop.example", "*.shop.example"})
        store.add(host, certificate_for({host}));
    const auto* choice = store.select(GetParam().server_name);
    if (GetParam().entry == nullptr) {
        EXPECT_EQ(choice, nullptr);
    } else {
        ASSERT_NE(choice, nullptr);
        EXPECT_EQ(choice->ecdsa->names().front(), GetParam().entry);
    }
}
INSTANTIATE_TEST_SUITE_P(CertificateStore, Select, testing::ValuesIn(kLookups),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace fairway::tls::test
