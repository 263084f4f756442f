// Annotations of canaries, balancing, session cookies and rate limits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "ingress/annotations/descriptors.hpp"
#include "ingress/annotations/parse.hpp"

namespace fairway::ingress::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using Values = std::map<std::string, std::string>;

struct Parsed {
    IngressSettings settings;
    std::vector<Diagnostic> diagnostics;
};

Parsed parse(const Values& annotations, const PolicyDefaults& defaults = {}) {
    constexpr const char* kPrefix = "nginx.ingress.kubernetes.io";
    k8s::Ingress ingress;
    ingress.meta.name = {"shop", "web"};
    for (const auto& [name, value] : annotations) ingress.meta.annotations[std::string(kPrefix) + "/" + name] = value;
    Parsed parsed;
    const ObjectStore store;
    References references(store, "shop", false);
    parsed.settings = parse_annotations(ingress, kPrefix, defaults, references, parsed.diagnostics);
    return parsed;
}

struct Case {
    Values beside;  ///< what the annotation needs to mean something
    const char* name;
    const char* good;
    bool (*acted)(const IngressSettings&);
    const char* bad;  ///< null: any text will do
};

const Values kCanary{{"canary", "true"}};
const Values kHeader{{"canary", "true"}, {"canary-by-header", "X-C"}};
const Values kCookie{{"affinity", "cookie"}};
const Values kHash{{"upstream-hash-by", "$request_uri"}};
const Values kRate{{"limit-rpm", "10"}};

const Case kCases[] = {
    {{}, "canary", "true", [](auto& s) { return s.canary.has_value(); }, "yes"},
    {kCanary, "canary-by-header", "X-C", [](auto& s) { return s.canary->rule.header == "X-C"; }, "X C"},
    {kHeader, "canary-by-header-value", "v", [](auto& s) { return s.canary->rule.header_value == "v"; }, "a,b"},
    {kHeader, "canary-by-header-pattern", "^a|b$", [](auto& s) { return s.canary->rule.pattern.has_value(); }, "("},
    {kCanary, "canary-by-cookie", "c", [](auto& s) { return s.canary->rule.cookie == "c"; }, "a;b"},
    {kCanary, "canary-weight", "7", [](auto& s) { return s.canary->rule.weight == 7; }, "-7"},
    {kCanary, "canary-weight-total", "700", [](auto& s) { return s.canary->rule.weight_total == 700; }, "x"},
    {kCanary, "affinity-canary-behavior", "legacy", [](auto& s) { return !s.canary->sticky; }, "none"},
    {{}, "load-balance", "ewma", [](auto& s) { return s.backend.load_balance == routing::LoadBalance::ewma; }, "x"},
    {{}, "service-upstream", "true", [](auto& s) { return s.backend.service_upstream; }, "x"},
    {{}, "upstream-hash-by", "${http_x_a}-$host", [](auto& s) { return s.backend.hash.has_value(); }, "$a;"},
    {kHash, "upstream-hash-by-subset", "true", [](auto& s) { return s.backend.hash->subset_size == 3; }, "x"},
    {{{"upstream-hash-by", "$host"}, {"upstream-hash-by-subset", "true"}},
     "upstream-hash-by-subset-size",
     "5",
     [](auto& s) { return s.backend.hash->subset_size == 5; },
     "0"},
    {{}, "affinity", "cookie", [](auto& s) { return s.backend.session.has_value(); }, "ip"},
    {kCookie, "affinity-mode", "persistent", [](auto& s) { return s.backend.session->persistent; }, "x"},
    {kCookie, "session-cookie-name", "N", [](auto& s) { return s.backend.session->name == "N"; }, "a;b"},
    {kCookie, "session-cookie-path", "/a?b", [](auto& s) { return s.backend.session->path == "/a?b"; }, "/a;b"},
    {kCookie, "session-cookie-domain", "a.b", [](auto& s) { return s.backend.session->domain == "a.b"; }, "a b"},
    {kCookie, "session-cookie-expires", "-5", [](auto& s) { return s.backend.session->expires == -5; }, "5s"},
    {kCookie, "session-cookie-max-age", "5", [](auto& s) { return s.backend.session->max_age == 5; }, "-5"},
    {kCookie, "session-cookie-samesite", "Lax", [](auto& s) { return s.backend.session->same_site == "Lax"; }, "lax"},
    {kCookie, "session-cookie-conditional-samesite-none", "true",
     [](auto& s) { return s.backend.session->conditional_same_site_none; }, "x"},
    {kCookie, "session-cookie-secure", "true", [](auto& s) { return s.backend.session->secure; }, "x"},
    {kCookie, "session-cookie-change-on-failure", "true", [](auto& s) { return s.backend.session->change_on_failure; },
     "x"},
    {{},
     "limit-rps",
     "5",
     [](auto& s) { return s.policy.rate_limits && s.policy.rate_limits->requests_per_second == 5; },
     "-5"},
    {{},
     "limit-rpm",
     "5",
     [](auto& s) { return s.policy.rate_limits && s.policy.rate_limits->requests_per_minute == 5; },
     "5/m"},
    {{},
     "limit-connections",
     "5",
     [](auto& s) { return s.policy.rate_limits && s.policy.rate_limits->connections == 5; },
     "x"},
    {kRate, "limit-burst-multiplier", "3", [](auto& s) { return s.policy.rate_limits->burst_multiplier == 3; }, "0"},
    {kRate, "limit-allowlist", "10.0.0.0/8, ::1", [](auto& s) { return s.policy.rate_limits->allowlist.size() == 2; },
     "10.0.0.1, x"},
    {kRate, "limit-whitelist", "10.0.0.0/8", [](auto& s) { return s.policy.rate_limits->allowlist.size() == 1; }, "x"},
};

class BalancingAnnotation : public testing::TestWithParam<Case> {};

TEST_P(BalancingAnnotation, GoodValueActsAndOnlyThen) {
    const auto& annotation = GetParam();
    EXPECT_FALSE(annotation.acted(parse(annotation.beside).settings));
    auto values = annotation.beside;
    values[annotation.name] = annotation.good;
    const auto parsed = parse(values);
    EXPECT_TRUE(annotation.acted(parsed.settings));
    EXPECT_THAT(parsed.diagnostics, IsEmpty());
}

TEST_P(BalancingAnnotation, BadValueIsReportedAndDoesNotAct) {
    const auto& annotation = GetParam();
    auto values = annotation.beside;
    values[annotation.name] = annotation.bad;
    const auto parsed = parse(values);
    EXPECT_FALSE(annotation.acted(parsed.settings));
    ASSERT_EQ(parsed.diagnostics.size(), 1u);
    EXPECT_EQ(parsed.diagnostics[0].field, std::string("annotation ") + annotation.name);
    EXPECT_EQ(parsed.diagnostics[0].reason, "InvalidValue");
}

INSTANTIATE_TEST_SUITE_P(Table, BalancingAnnotation, testing::ValuesIn(kCases));

TEST(BalancingAnnotations, EveryActingRowIsTested) {
    std::set<std::string_view> tested;
    for (const auto& one : kCases) tested.insert(one.name);
    for (const auto& row : annotation_table()) {
        const bool here = row.group == "Canary" || row.group == "Load balancing and session affinity";
        EXPECT_TRUE(!here || row.status != Status::acts || tested.contains(row.name)) << row.name;
    }
}

TEST(BalancingAnnotations, WhatNeedsAnotherOneSaysSo) {
    for (const auto* name :
         {"canary-by-header", "canary-by-header-value", "canary-by-header-pattern", "canary-by-cookie", "canary-weight",
          "affinity-canary-behavior", "affinity-mode", "session-cookie-name"}) {
        const auto parsed = parse({{name, name == std::string_view("affinity-mode") ? "balanced" : "1"}});
        ASSERT_EQ(parsed.diagnostics.size(), 1u) << name;
        EXPECT_THAT(parsed.diagnostics[0].message, testing::AnyOf(HasSubstr("without"), HasSubstr("only on"))) << name;
    }
    EXPECT_EQ(parse({{"upstream-hash-by-subset", "true"}}).diagnostics.size(), 1u);
    EXPECT_EQ(parse({{"affinity", "cookie"}, {"use-regex", "true"}}).diagnostics.back().reason,
              "SessionCookiePathIsPattern");
}

TEST(BalancingAnnotations, BrokenPatternKeepsItsUsersWithThePrimary) {
    const auto parsed = parse({{"canary", "true"}, {"canary-by-header", "X-C"}, {"canary-by-header-pattern", "["}});
    EXPECT_TRUE(parsed.settings.canary->rule.broken_pattern);
    EXPECT_THAT(parsed.diagnostics.at(0).message, HasSubstr("stay with the primary"));
}

TEST(BalancingAnnotations, TotalsUnderOneHundredAreOneHundred) {
    EXPECT_EQ(parse({{"canary", "true"}, {"canary-weight-total", "10"}}).settings.canary->rule.weight_total, 100u);
}

TEST(BalancingAnnotations, ACanaryNamesWhatItIgnoresOnce) {
    const auto parsed = parse({{"canary", "true"},
                               {"load-balance", "ewma"},
                               {"proxy-read-timeout", "9"},
                               {"server-snippet", "x"},
                               {"satisfy", "any"}});
    ASSERT_EQ(parsed.diagnostics.size(), 1u);
    EXPECT_EQ(parsed.diagnostics[0].severity, Severity::notice);
    EXPECT_THAT(parsed.diagnostics[0].message, HasSubstr("proxy-read-timeout, satisfy, server-snippet"));
}

TEST(BalancingAnnotations, ZonesChangeWithTheLimitsAlone) {
    const auto zone = [](const Values& values) { return parse(values).settings.policy.rate_limits->zone; };
    EXPECT_EQ(zone({{"limit-rps", "5"}}), zone({{"limit-rps", "5"}, {"proxy-read-timeout", "9"}}));
    EXPECT_NE(zone({{"limit-rps", "5"}}), zone({{"limit-rps", "6"}}));
    EXPECT_FALSE(parse({{"limit-rps", "0"}}).settings.policy.rate_limits);
}

TEST(BalancingAnnotations, NewerNameOfTheAllowlistCounts) {
    const auto parsed =
        parse({{"limit-rps", "1"}, {"limit-allowlist", "10.0.0.1"}, {"limit-whitelist", "10.0.0.2,10.0.0.3"}});
    EXPECT_EQ(parsed.settings.policy.rate_limits->allowlist.size(), 1u);
}

}  // namespace
}  // namespace fairway::ingress::test
