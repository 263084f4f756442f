#include "routing/text_template.hpp"

#include <gtest/gtest.h>

namespace fairway::routing {
namespace {

TEST(TextTemplate, CutsTextAtItsVariables) {
    const auto parsed = parse_text_template("https://$host/a${request_uri}?x=$1-$http_X_Tenant!");
    ASSERT_TRUE(parsed) << parsed.error().message;
    ASSERT_EQ(parsed->pieces.size(), 5u);
    EXPECT_EQ(parsed->pieces[0].literal, "https://");
    EXPECT_EQ(parsed->pieces[0].name.variable, Variable::host);
    EXPECT_EQ(parsed->pieces[1].literal, "/a");
    EXPECT_EQ(parsed->pieces[2].literal, "?x=");
    EXPECT_EQ(parsed->pieces[2].group, 1);
    EXPECT_EQ(parsed->pieces[3].name, (VariableName{Variable::http_field, "x_tenant"}));
    EXPECT_EQ(parsed->pieces[4].literal, "!");
    EXPECT_FALSE(parsed->is_literal());
}

TEST(TextTemplate, TextWithoutVariablesIsLiteral) {
    EXPECT_TRUE(parse_text_template("")->is_literal());
    EXPECT_TRUE(parse_text_template("pods.internal")->is_literal());
    EXPECT_EQ(*parse_text_template("pods.internal"), literal_template("pods.internal"));
    EXPECT_TRUE(literal_template("cost: $5").is_literal());
}

TEST(TextTemplate, GroupsHaveOneDigit) {
    const auto parsed = parse_text_template("/v$1beta/$20");
    ASSERT_TRUE(parsed) << parsed.error().message;
    ASSERT_EQ(parsed->pieces.size(), 3u);
    EXPECT_EQ(parsed->pieces[0].group, 1);
    EXPECT_EQ(parsed->pieces[1].literal, "beta/");
    EXPECT_EQ(parsed->pieces[1].group, 2);
    EXPECT_EQ(parsed->pieces[2].literal, "0");
}

TEST(TextTemplate, RefusesWhatCannotBeFilledIn) {
    for (const auto* text : {"$", "a$", "$$", "${host", "${}", "$nosuch", "$status", "$upstream_addr", "$sent_http_x",
                             "$request_time", "$pid", "$hostname", "$0", "a\nb", "a\rb", "a\x7f"})
        EXPECT_FALSE(parse_text_template(text)) << text;
}

}  // namespace
}  // namespace fairway::routing
