#include "routing/host_name.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "routing/case_name.hpp"

namespace fairway::routing {
namespace {

struct Case {
    const char* name;
    std::string authority;
    std::string host;
};
const Case kCases[] = {
    {"Plain", "shop.example.com", "shop.example.com"},
    {"UpperCase", "Shop.EXAMPLE.com", "shop.example.com"},
    {"Port", "shop.example.com:8443", "shop.example.com"},
    {"EmptyPort", "shop.example.com:", "shop.example.com"},
    {"TrailingDot", "shop.example.com.", "shop.example.com"},
    {"TrailingDotAndPort", "Shop.example.:8443", "shop.example"},
    {"OnlyOneTrailingDot", "shop..", "shop."},
    {"Ipv4", "192.0.2.1:80", "192.0.2.1"},
    {"Ipv6", "[2001:DB8::1]", "[2001:db8::1]"},
    {"Ipv6AndPort", "[::1]:8080", "[::1]"},
    {"Ipv6NotClosed", "[::1", "[::1"},
    {"Empty", "", ""},
    {"PortAlone", ":80", ""},
    {"DotAlone", ".", ""},
    {"LongestName", std::string(253, 'A') + ".:443", std::string(253, 'a')},
    {"TooLong", std::string(254, 'a'), ""},
    {"FarTooLong", std::string(100'000, 'a'), ""},
};
class HostName : public testing::TestWithParam<Case> {};
TEST_P(HostName, IsComparable) {
    std::array<char, kHostBufferBytes> buffer;
    EXPECT_EQ(normalise_host(GetParam().authority, buffer), GetParam().host);
}
INSTANTIATE_TEST_SUITE_P(Authorities, HostName, testing::ValuesIn(kCases), test::case_name<Case>);

TEST(WildcardRest, NeedsExactlyOneLabelOfLettersDigitsDashAndUnderscore) {
    EXPECT_EQ(wildcard_rest("a.example.com"), "example.com");
    EXPECT_EQ(wildcard_rest("a-1_b.example.com"), "example.com");
    EXPECT_EQ(wildcard_rest("a.b.example.com"), "b.example.com");
    for (const auto* host : {"", "example", ".example.com", "*.example.com", "a b.example.com", "\xc3\xa9.example.com"})
        EXPECT_EQ(wildcard_rest(host), "") << host;
}

}  // namespace
}  // namespace fairway::routing
