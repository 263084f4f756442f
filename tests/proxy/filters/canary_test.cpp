#include "proxy/filters/canary.hpp"

#include <gtest/gtest.h>

#include "proxy/request_builder.hpp"

namespace fairway::proxy {
namespace {

routing::CanaryRule rule(std::string header = {}, std::string value = {}, const char* pattern = nullptr,
                         std::string cookie = {}) {
    routing::CanaryRule made{
        .header = std::move(header), .header_value = std::move(value), .cookie = std::move(cookie)};
    if (pattern != nullptr) {
        auto compiled = routing::Regex::compile(pattern);
        made.broken_pattern = !compiled;
        if (compiled) made.pattern = *compiled;
    }
    return made;
}

struct Case {
    const char* name;
    routing::CanaryRule rule;
    const char* fields;
    CanaryVerdict verdict;
};

using enum CanaryVerdict;
const Case kCases[] = {
    {"NoRule", rule(), "", undecided},
    {"Always", rule("X-C"), "x-c: always\r\n", canary},
    {"Never", rule("X-C"), "X-C: never\r\n", primary},
    {"OtherValue", rule("X-C"), "X-C: Always\r\n", undecided},
    {"NoField", rule("X-C"), "", undecided},
    {"EmptyField", rule("X-C"), "X-C:\r\n", undecided},
    {"Value", rule("X-C", "Do"), "X-C: Do\r\n", canary},
    {"ValueHasCase", rule("X-C", "Do"), "X-C: do\r\n", undecided},
    {"ValueReplacesAlways", rule("X-C", "Do"), "X-C: always\r\n", undecided},
    {"ValueReplacesNever", rule("X-C", "Do"), "X-C: never\r\n", undecided},
    {"Pattern", rule("X-C", "", "[0-9]$"), "X-C: v12\r\n", canary},
    {"PatternNotFound", rule("X-C", "", "[0-9]$"), "X-C: never\r\n", undecided},
    {"BrokenPattern", rule("X-C", "", "["), "X-C: [\r\n", primary},
    {"BrokenPatternWithoutField", rule("X-C", "", "["), "", undecided},
    {"ValueBeforePattern", rule("X-C", "Do", "["), "X-C: Do\r\n", canary},
    {"CookieAlways", rule("", "", nullptr, "c"), "Cookie: a=b; C=always\r\n", canary},
    {"CookieNever", rule("", "", nullptr, "c"), "Cookie: c=never\r\n", primary},
    {"CookieOther", rule("", "", nullptr, "c"), "Cookie: c=Never\r\n", undecided},
    {"HeaderBeforeCookie", rule("X-C", "", nullptr, "c"), "X-C: never\r\nCookie: c=always\r\n", primary},
    {"CookieAfterOtherHeader", rule("X-C", "", nullptr, "c"), "X-C: x\r\nCookie: c=always\r\n", canary},
};

class CanaryRules : public testing::TestWithParam<Case> {};

TEST_P(CanaryRules, Judge) {
    EXPECT_EQ(judge(GetParam().rule, make_request(GetParam().fields).head.fields), GetParam().verdict);
}

INSTANTIATE_TEST_SUITE_P(Table, CanaryRules, testing::ValuesIn(kCases),
                         [](const auto& one) { return one.param.name; });

/// Two canaries: A has header X-A and a quarter of chance, B header X-B and another quarter.
class SeveralCanaries : public testing::Test {
protected:
    SeveralCanaries() {
        for (routing::BackendId id : {0, 1}) {
            auto backend = std::make_shared<routing::Backend>();
            backend->id = id;
            canaries.all.push_back({.backend = backend,
                                    .rule = rule(id == 0 ? "X-A" : "X-B"),
                                    .draw_below = (std::uint64_t{1} << 30) * (id + 1)});
            fill(id, 1);
        }
    }
    void fill(routing::BackendId id, std::size_t count) {
        auto set = std::make_shared<routing::EndpointSet>();
        set->endpoints.resize(count);
        endpoints.replace(id, std::move(set));
    }
    /// -1: the primary.
    int drawn(double chance, const char* fields = "") {
        const auto request = make_request(fields);
        const auto* canary =
            draw_canary(canaries, request.head.fields, endpoints, static_cast<std::uint32_t>(chance * 0x1p32));
        return canary == nullptr ? -1 : static_cast<int>(canary->backend->id);
    }

    routing::Canaries canaries;
    routing::EndpointTable endpoints;
};

TEST_F(SeveralCanaries, WeightsLieBesideEachOther) {
    EXPECT_EQ(drawn(0), 0);
    EXPECT_EQ(drawn(0.249), 0);
    EXPECT_EQ(drawn(0.25), 1);
    EXPECT_EQ(drawn(0.499), 1);
    EXPECT_EQ(drawn(0.5), -1);
    EXPECT_EQ(drawn(0.999999), -1);
}

TEST_F(SeveralCanaries, RulesGoBeforeChanceOldestFirst) {
    EXPECT_EQ(drawn(0.9, "X-B: always\r\n"), 1);
    EXPECT_EQ(drawn(0.3, "X-A: always\r\nX-B: always\r\n"), 0);
}

TEST_F(SeveralCanaries, NeverRulesOutThatCanaryAlone) {
    EXPECT_EQ(drawn(0.1, "X-A: never\r\n"), -1) << "its share stays with the primary";
    EXPECT_EQ(drawn(0.3, "X-A: never\r\n"), 1);
}

TEST_F(SeveralCanaries, WithoutEndpointsNothingIsDrawn) {
    fill(0, 0);
    EXPECT_EQ(drawn(0.1), -1);
    EXPECT_EQ(drawn(0.1, "X-A: always\r\n"), -1);
    EXPECT_EQ(drawn(0.3), 1);
}

TEST_F(SeveralCanaries, WholeWeightIsEveryDraw) {
    canaries.all[0].draw_below = std::uint64_t{1} << 32;
    EXPECT_EQ(drawn(0x1.fffffffep-1), 0);
    canaries.all[0].draw_below = 0;
    canaries.all[1].draw_below = 0;
    EXPECT_EQ(drawn(0), -1);
}

}  // namespace
}  // namespace fairway::proxy
