#include "routing/regex.hpp"

#include <gtest/gtest.h>

namespace fairway::routing {
namespace {

Regex compiled(std::string_view pattern, Regex::Case case_mode = Regex::Case::sensitive) {
    auto regex = Regex::compile(pattern, case_mode);
    EXPECT_TRUE(regex) << regex.error().message;
    return *std::move(regex);
}

TEST(Regex, GivesGroupsAsViewsOfTheSubject) {
    RegexGroups groups;
    const std::string subject = "/api/v1/pods";
    ASSERT_EQ(compiled("/api(/|$)(v2)?(.*)").match(subject, &groups), RegexOutcome::matched);
    EXPECT_EQ(groups[0], subject);
    EXPECT_EQ(groups[0].data(), subject.data());
    EXPECT_EQ(groups[1], "/");
    EXPECT_EQ(groups[2], "");
    EXPECT_EQ(groups[3], "v1/pods");
    EXPECT_EQ(groups[9], "");
}

TEST(Regex, TakesMoreGroupsThanItGives) {
    RegexGroups groups;
    ASSERT_EQ(compiled("(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)").match("abcdefghijk", &groups), RegexOutcome::matched);
    EXPECT_EQ(groups[9], "i");
}

TEST(Regex, IsAnchoredOnlyWhereThePatternSays) {
    EXPECT_TRUE(compiled("b").matches("abc"));
    EXPECT_FALSE(compiled("^b").matches("abc"));
    EXPECT_TRUE(compiled("^/FOO", Regex::Case::ignored).matches("/foobar"));
    EXPECT_FALSE(compiled("^/FOO").matches("/foobar"));
}

TEST(Regex, SaysWhatIsWrongAndWhere) {
    const auto broken = Regex::compile("/a(b");
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().message, "pattern \"/a(b\": missing closing parenthesis at byte 4");
    EXPECT_FALSE(Regex::compile(std::string(Regex::kMaxPatternBytes + 1, 'a')));
    EXPECT_FALSE(Regex::compile("((a{1000}){1000}){1000}"));
    EXPECT_FALSE(Regex::compile("\\C"));
}

TEST(Regex, GivesUpAtALimitAndCountsIt) {
    const auto before = Regex::gave_up_count();
    EXPECT_EQ(compiled("^(a+)+$").match(std::string(40, 'a') + "!"), RegexOutcome::gave_up);
    EXPECT_FALSE(compiled("(*NO_JIT)^(a+)+$").matches(std::string(40, 'a') + "!"));
    EXPECT_EQ(Regex::gave_up_count(), before + 2);
}

TEST(Regex, TextThatIsNotUtf8DoesNotMatchAPatternOfUtf8) {
    EXPECT_FALSE(compiled("(*UTF).").matches("\xff\xfe"));
    EXPECT_TRUE(compiled("^.$").matches("\xff"));
}

TEST(Regex, ComparesByPatternAndCase) {
    EXPECT_EQ(compiled("a"), compiled("a"));
    EXPECT_FALSE(compiled("a") == compiled("b"));
    EXPECT_FALSE(compiled("a") == compiled("a", Regex::Case::ignored));
}

}  // namespace
}  // namespace fairway::routing
