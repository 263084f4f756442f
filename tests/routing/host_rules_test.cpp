#include "routing/host_rules.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "routing/case_name.hpp"
#include "routing/naive_matcher.hpp"
#include "routing/routes.hpp"

namespace fairway::routing {
namespace {

using test::exact;
using test::prefix;

std::string outcome_for(const HostRules& rules, std::string_view path) {
    const auto found = rules.match(path);
    return test::outcome(found.route, found.add_slash);
}

struct Case {
    const char* name;
    std::vector<Route> routes;
    const char* path;
    const char* outcome;  ///< backend, with "/" behind it for a redirect that adds a slash; "" = default backend
};
const Case kCases[] = {
    {"NoRoutes", {}, "/", ""},
    {"RootMatchesAll", {prefix("/", "x")}, "/a/b", "x"},
    {"RootMatchesRoot", {prefix("/", "x")}, "/", "x"},
    {"ExactRootIsOnlyRoot", {exact("/", "x")}, "/a", ""},
    {"ExactMatchesItself", {exact("/foo", "x")}, "/foo", "x"},
    {"ExactIsNotAPrefix", {exact("/foo", "x")}, "/foo/bar", ""},
    {"ExactDoesNotTakeATrailingSlash", {exact("/foo", "x")}, "/foo/", ""},
    {"PrefixMatchesItself", {prefix("/foo", "x")}, "/foo", "x"},
    {"PrefixMatchesTrailingSlash", {prefix("/foo", "x")}, "/foo/", "x"},
    {"PrefixMatchesBelow", {prefix("/foo", "x")}, "/foo/bar/baz", "x"},
    {"PrefixStopsAtElement", {prefix("/foo", "x")}, "/foobar", ""},
    {"PrefixStopsAtElementBelow", {prefix("/foo/bar", "x"), prefix("/", "r")}, "/foo/barn", "r"},
    {"CaseMatters", {prefix("/foo", "x")}, "/Foo", ""},
    {"ExactBeatsEqualPrefix", {prefix("/a", "y"), exact("/a", "x")}, "/a", "x"},
    {"PrefixTakesWhatExactLeaves", {exact("/a", "x"), prefix("/a", "y")}, "/a/b", "y"},
    {"ExactBeatsLongerLooking", {prefix("/a/b", "y"), exact("/a/b/c", "x")}, "/a/b/c", "x"},
    {"LongerPrefixWins", {prefix("/a", "x"), prefix("/a/b", "y")}, "/a/b/c", "y"},
    {"LongerPrefixWinsInAnyOrder", {prefix("/a/b", "y"), prefix("/a", "x")}, "/a/b/c", "y"},
    {"ShorterPrefixTakesTheRest", {prefix("/a/b", "y"), prefix("/a", "x")}, "/a/c", "x"},
    {"GapBetweenPrefixes", {prefix("/", "r"), prefix("/a/b/c", "y")}, "/a/b/d", "r"},
    {"NothingAbovePrefix", {prefix("/a/b", "y")}, "/a", ""},
    {"SlashPrefixMatchesBelow", {prefix("/foo/", "x")}, "/foo/bar", "x"},
    {"SlashPrefixMatchesItself", {prefix("/foo/", "x")}, "/foo/", "x"},
    {"SlashPrefixRedirects", {prefix("/foo/", "x")}, "/foo", "x/"},
    {"SlashPrefixRedirectsBelow", {prefix("/foo/bar/", "x"), prefix("/foo", "y")}, "/foo/bar", "x/"},
    {"SlashPrefixDoesNotTakeLongerElement", {prefix("/foo/", "x")}, "/foobar", ""},
    {"SlashExactRedirects", {exact("/foo/", "x")}, "/foo", "x/"},
    {"SlashExactMatchesItself", {exact("/foo/", "x"), prefix("/", "r")}, "/foo/", "x"},
    {"SlashExactLeavesWhatIsBelow", {exact("/foo/", "x"), prefix("/", "r")}, "/foo/bar", "r"},
    {"SlashExactRedirectsBeforeSlashPrefix", {prefix("/foo/", "y"), exact("/foo/", "x")}, "/foo", "x/"},
    {"RedirectBeatsShorterPrefix", {prefix("/", "r"), prefix("/foo/", "x")}, "/foo", "x/"},
    {"ExactEntryPreventsRedirect", {prefix("/foo/", "x"), exact("/foo", "y")}, "/foo", "y"},
    {"PrefixEntryPreventsRedirect", {prefix("/foo/", "x"), prefix("/foo", "y")}, "/foo", "y"},
    {"PrefixEntryPreventsRedirectOfExact", {exact("/foo/", "x"), prefix("/foo", "y")}, "/foo", "y"},
    {"LongerStringBelowBothForms", {prefix("/foo", "y"), prefix("/foo/", "x")}, "/foo/bar", "x"},
    {"LongerStringAtSlashOfBothForms", {prefix("/foo", "y"), prefix("/foo/", "x")}, "/foo/", "x"},
    {"PathIsLiteral", {prefix("/a%20b", "x")}, "/a b", ""},
    {"NotAPath", {prefix("/", "x")}, "*", ""},
    {"EmptyPath", {prefix("/", "x")}, "", ""},
    {"RouteWithoutLeadingSlashMatchesNothing", {prefix("foo", "x"), exact("foo", "x"), prefix("", "x")}, "/foo", ""},
    {"RouteWithDoubleSlashMatchesNothing", {prefix("/foo//", "x"), exact("/foo//", "x")}, "/foo/", ""},
};
class PathPrecedence : public testing::TestWithParam<Case> {};
TEST_P(PathPrecedence, PicksRoute) {
    const auto rules = test::rules("shop.example.com", GetParam().routes);
    EXPECT_EQ(outcome_for(*rules, GetParam().path), GetParam().outcome);
}
INSTANTIATE_TEST_SUITE_P(Routes, PathPrecedence, testing::ValuesIn(kCases), test::case_name<Case>);

TEST(HostRules, FirstOfEqualRoutesWinsAndLosersAreNamed) {
    std::vector<std::size_t> losers = {99};
    const HostRules rules({.name = "shop.example.com", .has_certificate = true},
                          {prefix("/a", "first"), exact("/a", "exact"), prefix("/a", "second"), prefix("/b", "b"),
                           exact("/a", "late"), prefix("/a", "third")},
                          &losers);
    EXPECT_EQ(losers, (std::vector<std::size_t>{99, 2, 4, 5}));
    EXPECT_EQ(outcome_for(rules, "/a"), "exact");
    EXPECT_EQ(outcome_for(rules, "/a/x"), "first");
    ASSERT_EQ(rules.routes().size(), 3U);
    EXPECT_EQ(rules.routes()[2].backend->name, "b");
    EXPECT_EQ(rules.name(), "shop.example.com");
    EXPECT_TRUE(rules.has_certificate());
}

// --- against a naive matcher --------------------------------------------------------------------------------------

constexpr unsigned kSeed = 7;

/// Few names and few levels, so that paths and routes meet often.
std::string random_path(std::mt19937& random, unsigned max_elements) {
    static constexpr std::string_view kElements[] = {"a", "b", "ab", "a.b", "A"};
    std::string path;
    for (auto left = random() % (max_elements + 1); left > 0; --left)
        path.append("/").append(kElements[random() % std::size(kElements)]);
    return path.empty() || random() % 3 == 0 ? path + "/" : path;
}

std::vector<Route> random_routes(std::mt19937& random) {
    std::vector<Route> routes;
    for (auto left = random() % 20; left > 0; --left) {
        auto path = random_path(random, 3);
        if (random() % 16 == 0) path.insert(0, "/");
        const auto type = random() % 3 == 0 ? PathType::exact : PathType::prefix;
        routes.push_back(test::route(type, std::move(path), "b" + std::to_string(routes.size())));
    }
    return routes;
}

std::string described(const std::vector<Route>& routes) {
    std::string text;
    for (const auto& route : routes)
        text += (route.type == PathType::exact ? " =" : " ") + route.path + "->" + route.backend->name;
    return text;
}

TEST(HostRulesProperty, AgreesWithANaiveMatcher) {
    std::mt19937 random(kSeed);
    for (int round = 0; round < 2'000; ++round) {
        const auto routes = random_routes(random);
        const auto rules = test::rules("h", routes);
        for (int request = 0; request < 40; ++request) {
            const auto path = random_path(random, 4);
            ASSERT_EQ(outcome_for(*rules, path), test::naive_outcome(routes, path))
                << "seed " << kSeed << ", round " << round << ", path " << path << ", routes" << described(routes);
        }
    }
}

TEST(HostRulesProperty, FindsEachOfManyRoutes) {
    std::vector<Route> routes;
    for (int i = 0; i < 5'000; ++i) {
        const auto number = std::to_string(i);
        routes.push_back(exact("/e/" + number, "e" + number));
        routes.push_back(prefix("/p/" + std::to_string(i % 70) + "/" + number, "p" + number));
    }
    const auto rules = test::rules("big", routes);
    for (int i = 0; i < 5'000; ++i) {
        const auto number = std::to_string(i);
        ASSERT_EQ(outcome_for(*rules, "/e/" + number), "e" + number);
        ASSERT_EQ(outcome_for(*rules, "/p/" + std::to_string(i % 70) + "/" + number + "/x"), "p" + number);
        ASSERT_EQ(outcome_for(*rules, "/e/" + number + "x"), "");
    }
}

RegexLocation location(std::string_view pattern, std::uint32_t route) {
    return {*Regex::compile(pattern, Regex::Case::ignored), route};
}

TEST(RegexMode, TheFirstLocationThatMatchesCounts) {
    const HostRules rules({.name = "h",
                           .regex_mode = true,
                           .locations = {location("^/foo/[a-z]+", 1), location("^/foo/", 0), location("^/foo", 0)}},
                          {prefix("/foo", "x"), prefix("/foo/[a-z]+", "y")});
    EXPECT_EQ(outcome_for(rules, "/foo/bar"), "y");
    EXPECT_EQ(outcome_for(rules, "/FOO/1"), "x");
    EXPECT_EQ(outcome_for(rules, "/foobar"), "x");
    EXPECT_EQ(outcome_for(rules, "/fo"), "");
    EXPECT_EQ(rules.match("/foo/1").pattern->pattern(), "^/foo/");
}

TEST(RegexMode, WithoutLocationsNothingMatches) {
    const HostRules rules({.name = "h", .regex_mode = true}, {prefix("/", "x")});
    EXPECT_EQ(outcome_for(rules, "/"), "");
}

TEST(HostCertificate, IsOfAnAliasOnlyWhenGoodForIt) {
    const HostRules rules(
        {.name = "h.org", .has_certificate = true, .has_aliases = true, .covered_aliases = {"a.org", "*.b.org"}}, {});
    for (const auto* host : {"h.org", "a.org", "x.b.org"}) EXPECT_TRUE(rules.has_certificate_for(host)) << host;
    for (const auto* host : {"c.org", "b.org", "x.y.b.org"}) EXPECT_FALSE(rules.has_certificate_for(host)) << host;
    EXPECT_TRUE(HostRules({.name = "*.h.org", .has_certificate = true}, {}).has_certificate_for("x.h.org"));
}

}  // namespace
}  // namespace fairway::routing
