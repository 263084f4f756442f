// What annotations and ConfigMap keys ask of ModSecurity; which rules are in force is in tests/translation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingress/annotations/parse.hpp"
#include "ingress/configmap/parse.hpp"
#include "routing/policy/modsecurity.hpp"

namespace fairway::ingress::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

struct Parsed {
    IngressSettings settings;
    std::vector<Diagnostic> diagnostics;
};

Parsed parse(const std::map<std::string, std::string>& annotations, const PolicyDefaults& defaults = {}) {
    k8s::Ingress ingress;
    ingress.meta.name = {"shop", "web"};
    for (const auto& [name, value] : annotations)
        ingress.meta.annotations["nginx.ingress.kubernetes.io/" + name] = value;
    Parsed parsed;
    const ObjectStore store;
    References references(store, "shop", false);
    parsed.settings =
        parse_annotations(ingress, "nginx.ingress.kubernetes.io", defaults, references, parsed.diagnostics);
    return parsed;
}

PolicyDefaults everywhere(std::string denied = {}) {
    PolicyDefaults defaults;
    defaults.modsecurity = {.enabled = true, .core_rules = false, .snippet = "SecRuleEngine On", .denied = denied};
    defaults.policy.denied = std::move(denied);
    return defaults;
}

TEST(ModSecurityAnnotations, OffUnlessAskedFor) {
    EXPECT_FALSE(parse({}).settings.modsecurity);
    EXPECT_FALSE(parse({{"enable-modsecurity", "false"}}).settings.modsecurity);
    EXPECT_TRUE(parse({}, everywhere()).settings.modsecurity);
    EXPECT_FALSE(parse({{"enable-modsecurity", "false"}}, everywhere()).settings.modsecurity);
}

TEST(ModSecurityAnnotations, TheSnippetIsOfTheGlobalOneAlone) {
    PolicyDefaults defaults = everywhere();
    EXPECT_EQ(parse({{"enable-modsecurity", "true"}}, defaults).settings.modsecurity->snippet, "SecRuleEngine On");
    defaults.modsecurity.enabled = false;
    EXPECT_EQ(parse({{"enable-modsecurity", "true"}}, defaults).settings.modsecurity->snippet, "");
}

TEST(ModSecurityAnnotations, CoreRulesOfEitherSide) {
    EXPECT_FALSE(parse({{"enable-modsecurity", "true"}}).settings.modsecurity->core_rules);
    EXPECT_TRUE(
        parse({{"enable-modsecurity", "true"}, {"enable-owasp-core-rules", "true"}}).settings.modsecurity->core_rules);
    EXPECT_TRUE(parse({{"enable-owasp-core-rules", "true"}}, everywhere()).settings.modsecurity->core_rules);
    PolicyDefaults defaults = everywhere();
    defaults.modsecurity.core_rules = true;
    EXPECT_TRUE(parse({{"enable-owasp-core-rules", "false"}}, defaults).settings.modsecurity->core_rules);
    defaults.modsecurity.enabled = false;
    EXPECT_FALSE(parse({{"enable-modsecurity", "true"}}, defaults).settings.modsecurity->core_rules);
}

TEST(ModSecurityAnnotations, OptionsAloneInspectNothingAndSaySo) {
    const auto parsed = parse({{"enable-owasp-core-rules", "true"}, {"modsecurity-transaction-id", "$request_id"}});
    EXPECT_FALSE(parsed.settings.modsecurity);
    ASSERT_EQ(parsed.diagnostics.size(), 2u);
    for (const auto& diagnostic : parsed.diagnostics)
        EXPECT_THAT(diagnostic.message, HasSubstr("has no effect without enable-modsecurity"));
    EXPECT_THAT(parse({{"enable-owasp-core-rules", "false"}}).diagnostics, IsEmpty());
}

TEST(ModSecurityAnnotations, ASwitchThatIsNoneClosesThePaths) {
    for (const char* name : {"enable-modsecurity", "enable-owasp-core-rules"})
        EXPECT_THAT(parse({{name, "maybe"}}).settings.policy.denied, HasSubstr(name));
}

TEST(ModSecurityAnnotations, SwitchedOffOpensWhatOnlyTheRulesOfTheConfigMapClosed) {
    const auto defaults = everywhere("ConfigMap key modsecurity-snippet: line 1");
    EXPECT_EQ(parse({}, defaults).settings.policy.denied, defaults.modsecurity.denied);
    EXPECT_EQ(parse({{"enable-modsecurity", "false"}}, defaults).settings.policy.denied, "");
    EXPECT_THAT(parse({{"enable-modsecurity", "false"}, {"auth-type", "basic"}}, defaults).settings.policy.denied,
                HasSubstr("auth-"));
}

TEST(ModSecurityAnnotations, TheTransactionId) {
    const auto parsed = parse({{"enable-modsecurity", "true"}, {"modsecurity-transaction-id", "a-$request_id"}});
    ASSERT_EQ(parsed.settings.modsecurity->transaction_id.pieces.size(), 1u);
    EXPECT_EQ(parsed.settings.modsecurity->transaction_id.pieces[0].literal, "a-");
    EXPECT_THAT(parsed.diagnostics, IsEmpty());
    const auto bad = parse({{"enable-modsecurity", "true"}, {"modsecurity-transaction-id", "$nosuch"}});
    EXPECT_TRUE(bad.settings.modsecurity->transaction_id.pieces.empty());
    EXPECT_EQ(bad.diagnostics.size(), 1u);
}

TEST(ModSecurityAnnotations, RulesOfAnIngressNameTheKeyOfTheAdministrator) {
    const auto parsed = parse({{"enable-modsecurity", "true"}, {"modsecurity-snippet", "SecRuleEngine On"}});
    EXPECT_THAT(parsed.settings.policy.denied, HasSubstr("modsecurity-snippet"));
    ASSERT_EQ(parsed.diagnostics.size(), 1u);
    EXPECT_THAT(parsed.diagnostics[0].message, HasSubstr("ConfigMap key modsecurity-snippet"));
}

TEST(ModSecurityKeys, AreReadAndMissedWithoutTheirSwitch) {
    const auto read = [](std::map<std::string, std::string> data, std::vector<Diagnostic>& diagnostics) {
        k8s::ConfigMap map;
        map.data = std::move(data);
        const ObjectStore store;
        References references(store, "", true);
        return parse_configmap(map, references, diagnostics).defaults.modsecurity;
    };
    std::vector<Diagnostic> diagnostics;
    const auto all = read({{"enable-modsecurity", "true"},
                           {"enable-owasp-modsecurity-crs", "true"},
                           {"modsecurity-snippet", "SecRuleEngine On\n"}},
                          diagnostics);
    EXPECT_EQ(all, (ModSecurityDefaults{true, true, "SecRuleEngine On", ""}));
    EXPECT_THAT(diagnostics, IsEmpty());
    read({{"enable-owasp-modsecurity-crs", "true"}, {"modsecurity-snippet", "SecRuleEngine On"}}, diagnostics);
    EXPECT_EQ(diagnostics.size(), 2u);
    diagnostics.clear();
    EXPECT_THAT(read({{"enable-modsecurity", "maybe"}}, diagnostics).denied, HasSubstr("enable-modsecurity"));
    EXPECT_EQ(diagnostics.size(), 1u);
}

}  // namespace
}  // namespace fairway::ingress::test
