#include "k8s-client/objects/names.hpp"

#include <gtest/gtest.h>

namespace fairway::k8s {
namespace {

struct Case {
    std::string text;
    bool label, subdomain, port_name, config_key;
};
class Names : public testing::TestWithParam<Case> {};
TEST_P(Names, AreJudgedAsKubernetesDoes) {
    const auto& [text, label, subdomain, port_name, config_key] = GetParam();
    EXPECT_EQ(is_dns_label(text), label) << text;
    EXPECT_EQ(is_dns_subdomain(text), subdomain) << text;
    EXPECT_EQ(is_port_name(text), port_name) << text;
    EXPECT_EQ(is_config_key(text), config_key) << text;
}
INSTANTIATE_TEST_SUITE_P(All, Names,
                         testing::Values(Case{"", false, false, false, false}, Case{"a", true, true, true, true},
                                         Case{"0", true, true, false, true}, Case{"a-b", true, true, true, true},
                                         Case{"a--b", true, true, false, true}, Case{"-a", false, false, false, true},
                                         Case{"a-", false, false, false, true}, Case{"A", false, false, false, true},
                                         Case{"a.b", false, true, false, true}, Case{"a..b", false, false, false, true},
                                         Case{".a", false, false, false, true}, Case{"a.", false, false, false, true},
                                         Case{".", false, false, false, false}, Case{"..a", false, false, false, false},
                                         Case{"a_b", false, false, false, true},
                                         Case{"a b", false, false, false, false}, Case{"é", false, false, false, false},
                                         Case{"1-2", true, true, false, true},
                                         Case{"abcdefghijklmno", true, true, true, true},
                                         Case{"abcdefghijklmnop", true, true, false, true},
                                         Case{std::string(63, 'a'), true, true, false, true},
                                         Case{std::string(64, 'a'), false, true, false, true},
                                         Case{std::string(253, 'a'), false, true, false, true},
                                         Case{std::string(254, 'a'), false, false, false, false}));

TEST(Host, Accepted) {
    for (const auto* host : {"a", "kubia.example.com", "*.example.com", "*.com", "1.example", "xn--bcher-kva.example"})
        EXPECT_EQ(why_not_host(host), std::nullopt) << host;
}

TEST(Host, Refused) {
    for (const auto* host :
         {"*", "*.", "*.*.example.com", "a.*", "*a.example", "::1", "a..b", ".", "a b", "*.a/b", "*.a:80", "é.example"})
        EXPECT_NE(why_not_host(host), std::nullopt) << host;
}

}  // namespace
}  // namespace fairway::k8s
