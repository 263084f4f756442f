#include "waf/rule_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairway::waf {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

RuleText prepared(std::string_view snippet) {
    auto text = prepare_rules(snippet, false);
    EXPECT_TRUE(text) << text.error().message;
    return text ? *text : RuleText{};
}

TEST(RuleText, TheBaseRulesStandInForNone) {
    const auto text = prepared("");
    EXPECT_THAT(text.text, HasSubstr("SecRuleEngine DetectionOnly"));
    EXPECT_TRUE(text.request_body);
    EXPECT_TRUE(text.response_body);
    EXPECT_THAT(text.notes, IsEmpty());
}

TEST(RuleText, WhatTheAdministratorWritesIsAllThereIs) {
    const auto text = prepared("SecRuleEngine On\n\nSecRule ARGS \"x\" \"id:1,phase:2,deny\"");
    EXPECT_THAT(text.text, Not(HasSubstr("DetectionOnly")));
    EXPECT_FALSE(text.request_body);
    EXPECT_THAT(text.text, HasSubstr("SecRequestBodyLimit 13107200"));  // bodies lie in memory
    ASSERT_GE(text.lines.size(), 3u);
    EXPECT_EQ(text.lines[0], 1);
    EXPECT_EQ(text.lines[1], 3);
    EXPECT_EQ(text.lines[2], 0);
}

TEST(RuleText, TheFilesOfIngressNginxsImageCanBeIncluded) {
    const auto text = prepared("Include /etc/nginx/modsecurity/modsecurity.conf\nSecRuleEngine On\n");
    EXPECT_LT(text.text.find("SecRuleEngine DetectionOnly"), text.text.find("SecRuleEngine On"));
    EXPECT_TRUE(text.request_body);
    EXPECT_THAT(prepared("Include \"/etc/nginx/owasp-modsecurity-crs/nginx-modsecurity.conf\"").text,
                HasSubstr("Include /usr/share/modsecurity-crs/rules/*.conf"));
}

TEST(RuleText, TheCoreRulesComeOnce) {
    const auto text = prepare_rules("Include /etc/nginx/owasp-modsecurity-crs/nginx-modsecurity.conf", true);
    ASSERT_TRUE(text) << text.error().message;
    EXPECT_EQ(text->text.find("crs-setup.conf"), text->text.rfind("crs-setup.conf"));
    EXPECT_THAT(prepare_rules("SecRuleEngine On", true)->text, HasSubstr("crs-setup.conf"));
}

TEST(RuleText, TheLastSwitchOfBodiesCounts) {
    EXPECT_TRUE(prepared("SecRequestBodyAccess On").request_body);
    EXPECT_FALSE(prepared("SecRequestBodyAccess On\nSecRequestBodyAccess Off").request_body);
    EXPECT_TRUE(prepared("SecRule ARGS \"x\" \"id:1,phase:1,pass,ctl:requestBodyAccess=On\"").request_body);
}

TEST(RuleText, LogsGoToTheStreams) {
    const auto text = prepared("SecAuditLog /var/log/modsec_audit.log\nSecAuditLogType Concurrent\n"
                               "SecDebugLog /dev/stderr\nSecUnicodeMapFile unicode.mapping 20127\n");
    EXPECT_THAT(text.text, HasSubstr("SecAuditLog /dev/stdout\nSecAuditLogType Serial\nSecDebugLog /dev/stderr\n"));
    EXPECT_THAT(text.text, Not(HasSubstr("UnicodeMap")));
    EXPECT_THAT(text.notes,
                ElementsAre("line 1: SecAuditLog /var/log/modsec_audit.log would write a file; it goes to /dev/stdout",
                            "line 2: SecAuditLogType Concurrent writes files; Serial acts in its place",
                            "line 4: SecUnicodeMapFile reads a file and is left out"));
}

struct Refused {
    const char* text;
    const char* names;
};
class RefusedDirective : public testing::TestWithParam<Refused> {};
TEST_P(RefusedDirective, IsNamedWithItsLine) {
    const auto text = prepare_rules(std::string("SecRuleEngine On\n") + GetParam().text, false);
    ASSERT_FALSE(text) << GetParam().text;
    EXPECT_THAT(text.error().message, testing::StartsWith("line 2: "));
    EXPECT_THAT(text.error().message, HasSubstr(GetParam().names));
}
constexpr Refused kRefused[] = {
    {"SecRuleScript /etc/x.lua \"id:1\"", "SecRuleScript"},
    {"secrulescript /etc/x.lua \"id:1\"", "secrulescript"},
    {"SecRemoteRules key https://rules.example.com", "SecRemoteRules"},
    {"SecHttpBlKey abcdefghijkl", "SecHttpBlKey"},
    {"SecGeoLookupDb /etc/passwd", "SecGeoLookupDb"},
    {"SecAuditLog2 /dev/stdout", "SecAuditLog2"},
    {"SecAuditLogType HTTPS", "SecAuditLogType HTTPS"},
    {"SecUploadKeepFiles On", "SecUploadKeepFiles"},
    {"SecXmlExternalEntity On", "SecXmlExternalEntity"},
    {"SecRequestBodyLimit 0", "SecRequestBodyLimit"},
    {"SecRequestBodyLimit 134217729", "SecRequestBodyLimit"},
    {"SecResponseBodyLimit many", "SecResponseBodyLimit"},
    {"Include /etc/passwd", "Include /etc/passwd"},
    {"IncludeOptional /tmp/*.conf", "Include /tmp/*.conf"},
    {"Include /etc/nginx/modsecurity/modsecurity.conf/../../x", "Include"},
    {"SecRule ARGS \"(evil\" \"id:1,phase:2,deny\"", "its pattern"},
    {"SecRule ARGS \"!@rx [a-\" \"id:1,phase:2,deny\"", "its pattern"},
    {"SecRule ARGS \"a\nSecRuleScript /x.lua \" \"id:1\"", "does not close"},
    {"SecRule ARGS \"a\\\\\" \"id:1,exec:/bin/sh\"", "action exec"},
    {"SecRule FILES_TMPNAMES \"@inspectFile /bin/sh\" \"id:1,phase:2\"", "@inspectfile"},
    {"SecRule REMOTE_ADDR \"!@rbl sbl.example.com\" \"id:1\"", "@rbl"},
    {"SecRule ARGS \"@pmFromFile /etc/passwd\" \"id:1\"", "@pmfromfile"},
    {"SecRule REMOTE_ADDR '@ipMatchF https://x' \"id:1\"", "@ipmatchf"},
    {"SecRule ARGS \"x\" \"id:1,exec:/bin/sh\"", "action exec"},
    {"SecRule ARGS x id:1,exec:/bin/sh", "action exec"},
    {"SecAction \"id:1,pass, \\\n EXEC:/bin/sh\"", "action exec"},
    {"SecDefaultAction \"phase:1,setenv:A=b,pass\"", "action setenv"},
    {"SecRuleUpdateActionById 1 \"exec:/bin/sh\"", "action exec"},
};
INSTANTIATE_TEST_SUITE_P(Snippets, RefusedDirective, testing::ValuesIn(kRefused));

TEST(RuleText, WhatOnlyLooksLikeOneIsTaken) {
    prepared("SecRule ARGS \"@rx exec:|setenv:|rbl\" \"id:1,phase:2,deny,msg:'exec: no, setenv: no'\"");
    prepared("SecRule ARGS \"@contains (\" \"id:1,phase:2\"\nSecRule ARGS \"@rx ^%{tx.a}(\" \"id:2,phase:2\"");
    prepared("SecRule ARGS \"exec:\" \"id:1,phase:2,deny\"");
    prepared("# Include /etc/passwd\nSecUploadKeepFiles Off\nSecXmlExternalEntity Off\nSecRequestBodyLimit 134217728");
}

}  // namespace
}  // namespace fairway::waf
