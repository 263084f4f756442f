#include "waf/rule_set.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "waf/api.hpp"
#include "waf/rule_sets.hpp"

namespace fairway::waf {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string error_of(std::string_view snippet) {
    const auto rules = RuleSets().find({std::string(snippet), false});
    EXPECT_FALSE(rules) << snippet;
    return rules ? "" : rules.error().message;
}

TEST(RuleSet, ALibraryThatIsNotThereNamesItsPackage) {
    const auto api = load_api("libmodsecurity.so.none");
    ASSERT_FALSE(api);
    EXPECT_THAT(api.error().message, HasSubstr("libmodsecurity3t64"));
    const auto other = load_api("libc.so.6");
    ASSERT_FALSE(other);
    EXPECT_THAT(other.error().message, HasSubstr("msc_init"));
}

TEST(RuleSet, TheBaseRulesAndTheCoreRulesCompile) {
    RuleSets sets;
    for (const bool core_rules : {false, true}) {
        const auto rules = sets.find({"", core_rules});
        ASSERT_TRUE(rules) << rules.error().message;
        EXPECT_TRUE((*rules)->inspects_request_body());
        EXPECT_TRUE((*rules)->inspects_response_body());
    }
}

TEST(RuleSet, ErrorsNameTheLineThatTheAdministratorWrote) {
    EXPECT_THAT(error_of("SecRuleEngine On\n\n# no\nSecRul ARGS x\n"), StartsWith("line 4. Column"));
    EXPECT_THAT(error_of("Include /etc/nginx/modsecurity/modsecurity.conf\n\nSecRule ARGS \"x\" \"id:5,foo:1\"\n"),
                StartsWith("line 3. Column"));
    EXPECT_THAT(error_of("SecRule ARGS \"a\" \"id:1\"\nSecRule ARGS \"b\" \"id:1\"\n"), HasSubstr("duplicated"));
}

TEST(RuleSets, EqualTextsAreOneSetUntilNobodyHasIt) {
    RuleSets sets;
    const RuleChoice choice{"SecRuleEngine On", false};
    auto first = *sets.find(choice);
    EXPECT_EQ(first, *sets.find(choice));
    EXPECT_NE(first, *sets.find({"SecRuleEngine Off", false}));
    sets.drop_unused();
    EXPECT_EQ(first, *sets.find(choice));
    const std::weak_ptr<const RuleSet> gone = first;
    first.reset();
    EXPECT_FALSE(gone.expired());  // its end is not left to a worker
    sets.drop_unused();
    EXPECT_TRUE(gone.expired());
}

}  // namespace
}  // namespace fairway::waf
