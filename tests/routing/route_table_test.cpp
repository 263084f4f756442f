#include "routing/route_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "routing/case_name.hpp"
#include "routing/routes.hpp"

namespace fairway::routing {
namespace {

using test::prefix;
using test::rules;
using test::table;

std::shared_ptr<const HostRules> host_with_root(const std::string& name) { return rules(name, {prefix("/", name)}); }

RouteTable sample_table() {
    return table({host_with_root("shop.example.com"), host_with_root("*.example.com"), host_with_root("*.com"),
                  host_with_root("[::1]"), host_with_root("_")});
}

struct Case {
    const char* name;
    std::string authority;
    const char* host;
};
const Case kCases[] = {
    {"Exact", "shop.example.com", "shop.example.com"},
    {"AnyCasePortAndDot", "Shop.Example.COM.:8443", "shop.example.com"},
    {"WildcardTakesOneLabel", "blog.example.com", "*.example.com"},
    {"WildcardTakesNotTwoLabels", "a.b.example.com", "_"},
    {"WildcardTakesNotTheBareName", "example.org", "_"},
    {"ShorterWildcardTakesItsOwnLabel", "example.com", "*.com"},
    {"WildcardTakesUnderscoreAndDash", "a_b-1.example.com", "*.example.com"},
    {"WildcardTakesNoOtherCharacter", "a~b.example.com", "_"},
    {"LiteralWildcardIsNoName", "*.example.com", "_"},
    {"EmptyLabelIsNone", ".example.com", "_"},
    {"Ipv6", "[::1]:8080", "[::1]"},
    {"Unknown", "other", "_"},
    {"LiteralUnderscore", "_", "_"},
    {"Empty", "", "_"},
    {"TooLong", std::string(300, 'a') + ".example.com", "_"},
};
class HostPrecedence : public testing::TestWithParam<Case> {};
TEST_P(HostPrecedence, PicksHost) {
    const auto routes = sample_table();
    std::array<char, kHostBufferBytes> buffer;
    const auto found = routes.match(normalise_host(GetParam().authority, buffer), "/x");
    ASSERT_NE(found.host, nullptr);
    EXPECT_EQ(found.host->name(), GetParam().host);
    EXPECT_EQ(test::outcome(found.route, found.add_slash), GetParam().host);
}
INSTANTIATE_TEST_SUITE_P(Hosts, HostPrecedence, testing::ValuesIn(kCases), test::case_name<Case>);

TEST(RouteTable, EmptyTableMatchesNothing) {
    const auto found = RouteTable{}.match("shop.example.com", "/");
    EXPECT_EQ(found.host, nullptr);
    EXPECT_EQ(found.route, nullptr);
}

TEST(RouteTable, HostWithoutThePathDoesNotFallBackToTheCatchAll) {
    const auto routes = table({rules("shop.example.com", {prefix("/a", "a")}), host_with_root("_")});
    const auto found = routes.match("shop.example.com", "/b");
    ASSERT_NE(found.host, nullptr);
    EXPECT_EQ(found.host->name(), "shop.example.com");
    EXPECT_EQ(found.route, nullptr);
}

TEST(RouteTable, PassesOnTheMissingSlash) {
    const auto routes = table({rules("shop.example.com", {prefix("/a/", "a")})});
    EXPECT_TRUE(routes.match("shop.example.com", "/a").add_slash);
    EXPECT_FALSE(routes.match("shop.example.com", "/a/").add_slash);
}

TEST(RouteTable, ReplacesAndRemovesEveryKindOfHost) {
    auto routes = sample_table();
    EXPECT_EQ(routes.host_count(), 5U);
    for (const auto* name : {"shop.example.com", "*.example.com", "_"}) {
        const auto replaced = rules(name, {prefix("/", "new")});
        routes.replace_host(name, replaced);
        EXPECT_EQ(routes.host_count(), 5U) << name;
    }
    for (const auto* authority : {"shop.example.com", "blog.example.com", "unknown"})
        EXPECT_EQ(routes.match(authority, "/").route->backend->name, "new") << authority;
    for (const auto* name : {"shop.example.com", "*.example.com", "_", "never.was.there"}) routes.remove_host(name);
    EXPECT_EQ(routes.host_count(), 2U);
    EXPECT_EQ(routes.host("shop.example.com"), nullptr);
    EXPECT_EQ(routes.host("unknown"), nullptr);
    EXPECT_EQ(routes.host("example.com")->name(), "*.com");
}

TEST(RouteTable, CopySharesTheHostsThatDidNotChange) {
    const auto before = sample_table();
    auto after = before;
    after.replace_host("shop.example.com", host_with_root("shop.example.com"));
    EXPECT_NE(after.host("shop.example.com"), before.host("shop.example.com"));
    EXPECT_EQ(after.host("blog.example.com"), before.host("blog.example.com"));
}

TEST(RouteTable, ListsItsHosts) {
    std::vector<std::string> names;
    for (const auto& host : sample_table().hosts()) names.push_back(host->name());
    std::ranges::sort(names);
    EXPECT_EQ(names, (std::vector<std::string>{"*.com", "*.example.com", "[::1]", "_", "shop.example.com"}));
}

TEST(RouteTableAliases, StandBetweenNamesAndTheCatchAll) {
    auto routes = sample_table();
    auto aliases = std::make_shared<HostAliases>();
    aliases->names = {{"alias.net", "shop.example.com"}, {"gone.net", "nobody.example.com"}};
    aliases->suffixes = {{"deep.net", "*.com"}, {"very.deep.net", "[::1]"}, {"example.com", "shop.example.com"}};
    aliases->patterns.push_back({*Regex::compile("^re[0-9]", Regex::Case::ignored), "shop.example.com"});
    routes.replace_aliases(aliases);
    const auto host = [&](std::string_view authority) { return routes.host(authority)->name(); };
    EXPECT_EQ(host("Alias.net:80"), "shop.example.com");
    EXPECT_EQ(host("gone.net"), "_");
    EXPECT_EQ(host("a.b.deep.net"), "*.com");
    EXPECT_EQ(host("a.very.deep.net"), "[::1]");
    EXPECT_EQ(host("deep.net"), "_");
    EXPECT_EQ(host("blog.example.com"), "shop.example.com") << "an alias with a star goes before a wildcard host";
    EXPECT_EQ(host("re1.com"), "*.com") << "a wildcard host goes before a pattern";
    EXPECT_EQ(host("re1.net"), "shop.example.com");
}

}  // namespace
}  // namespace fairway::routing
