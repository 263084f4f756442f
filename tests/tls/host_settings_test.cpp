#include "tls/host_settings.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fairway::tls::test {
namespace {

HostSettingsMap::Settings settings(const char* ciphers) {
    return std::make_shared<const HostSettings>(HostSettings{.ciphers = ciphers});
}

HostSettingsMap map_with_every_kind() {
    HostSettingsMap map;
    map.add("_", settings("catch-all"));
    map.add("shop.example", settings("exact"));
    map.add("plain.shop.example", nullptr);
    map.add("*.shop.example", settings("wildcard"));
    map.add_suffix("deep.example", settings("suffix"));
    map.add_suffix("very.deep.example", settings("longer suffix"));
    map.add("*.deep.example", settings("wildcard below a suffix"));
    map.add("host.deep.example", settings("exact below a suffix"));
    map.add_pattern([](std::string_view name) { return name.starts_with("re"); }, settings("first pattern"));
    map.add_pattern([](std::string_view name) { return name.starts_with("r"); }, settings("second pattern"));
    return map;
}

struct Case {
    const char* name;
    std::string server_name;
    const char* found;  // nullptr: nothing
};
const Case kCases[] = {
    {"Exact", "SHOP.example.", "exact"},
    {"ExactWithoutSettingsBeforeWildcard", "plain.shop.example", nullptr},
    {"Wildcard", "eu.shop.example", "wildcard"},
    {"WildcardIsOneLabel", "a.eu.shop.example", "catch-all"},
    {"ExactBeforeSuffix", "host.deep.example", "exact below a suffix"},
    {"SuffixBeforeWildcard", "a.deep.example", "suffix"},
    {"SuffixIsAnyDepth", "a.b.c.Deep.example", "suffix"},
    {"LongestSuffix", "a.very.deep.example", "longer suffix"},
    {"SuffixNeedsALabel", "deep.example", "catch-all"},
    {"WildcardBeforePattern", "re.shop.example", "wildcard"},
    {"FirstPattern", "RE7.example", "first pattern"},
    {"SecondPattern", "rx.example", "second pattern"},
    {"NoName", "", "catch-all"},
    {"TooLong", std::string(100'000, 'r'), "catch-all"},
    {"NothingElse", "other.example", "catch-all"},
};
class HostSettingsSelect : public testing::TestWithParam<Case> {};
TEST_P(HostSettingsSelect, FindsTheHost) {
    const auto map = map_with_every_kind();
    const auto* found = map.select(GetParam().server_name);
    if (GetParam().found == nullptr) {
        EXPECT_EQ(found, nullptr);
    } else {
        ASSERT_NE(found, nullptr);
        EXPECT_EQ(found->ciphers, GetParam().found);
    }
}
INSTANTIATE_TEST_SUITE_P(Names, HostSettingsSelect, testing::ValuesIn(kCases),
                         [](const auto& test) { return test.param.name; });

TEST(HostSettingsSelect, NothingWithoutHosts) {
    EXPECT_EQ(HostSettingsMap().select("shop.example"), nullptr);
    EXPECT_EQ(HostSettingsMap().select(""), nullptr);
}

}  // namespace
}  // namespace fairway::tls::test
