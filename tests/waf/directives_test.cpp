#include "waf/directives.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairway::waf {
namespace {

using testing::ElementsAre;

TEST(Directives, WordsKeepWhatIsQuoted) {
    const auto found = split_directives("SecRule ARGS \"@contains a b\" \"id:1,msg:'it\\'s'\"\n"
                                        "  SecRuleEngine\tOn\r\n");
    ASSERT_EQ(found.size(), 2u);
    EXPECT_THAT(found[0].words, ElementsAre("SecRule", "ARGS", "@contains a b", "id:1,msg:'it\\'s'"));
    EXPECT_THAT(found[1].words, ElementsAre("SecRuleEngine", "On"));
    EXPECT_EQ(found[1].line, 2);
    EXPECT_EQ(found[1].text, "SecRuleEngine\tOn");
}

TEST(Directives, ABackslashJoinsLines) {
    const auto found = split_directives("# a comment\nSecAction \\\n  \"id:1,\\\n  pass\"\nSecRuleEngine On");
    ASSERT_EQ(found.size(), 2u);
    EXPECT_THAT(found[0].words, ElementsAre("SecAction", "id:1,  pass"));
    EXPECT_EQ(found[0].line, 2);
    EXPECT_EQ(found[1].line, 5);
}

TEST(Directives, AQuotedBackslashStandsForAQuote) {
    const auto found = split_directives(R"(SecRule ARGS "@rx a\"b" "id:1")");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_THAT(found[0].words, ElementsAre("SecRule", "ARGS", "@rx a\"b", "id:1"));
}

TEST(Directives, ARuleThatWasMadeACommentIsOneWithAllItsLines) {
    const auto found = split_directives("# SecRule ARGS \"x\" \\\n    \"id:1,exec:/bin/sh\"\n"
                                        "# prose that ends in a backslash \\\nSecRuleEngine On\n");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_THAT(found[0].words, ElementsAre("SecRuleEngine", "On"));
    EXPECT_EQ(found[0].line, 4);
}

TEST(Directives, TwoBackslashesAreOneThatHidesNoQuote) {
    const auto found = split_directives(R"(SecRule ARGS "@rx a\\" "id:1")");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_THAT(found[0].words, ElementsAre("SecRule", "ARGS", R"(@rx a\\)", "id:1"));
    EXPECT_FALSE(found[0].open_quote);
}

TEST(Directives, WhatIsLeftOpenEndsWithItsLine) {
    const auto open = split_directives("SecRule ARGS \"no end\nSecRuleEngine On");
    ASSERT_EQ(open.size(), 2u);
    EXPECT_TRUE(open[0].open_quote);
    EXPECT_THAT(open[0].words, ElementsAre("SecRule", "ARGS", "no end"));
    EXPECT_FALSE(open[1].open_quote);
    EXPECT_TRUE(split_directives("SecRule ARGS \"no end").at(0).open_quote);
    EXPECT_THAT(split_directives("SecRule ARGS \\").at(0).words, ElementsAre("SecRule", "ARGS", "\\"));
    EXPECT_TRUE(split_directives("").empty());
    EXPECT_TRUE(split_directives(" \n#").empty());
}

TEST(Directives, NamesOfActions) {
    EXPECT_THAT(action_names("id:1,Phase:2, deny,msg:'a, exec:b',t:none"),
                ElementsAre("id", "phase", "deny", "msg", "t"));
    EXPECT_THAT(action_names(" exec:/bin/sh"), ElementsAre("exec"));
    EXPECT_THAT(action_names(R"(msg:'it\'s, one',pass)"), ElementsAre("msg", "pass"));
    EXPECT_TRUE(action_names("").empty());
}

}  // namespace
}  // namespace fairway::waf
