#include "waf/transaction.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "waf/rule_sets.hpp"

namespace fairway::waf {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Matches final : MatchLog {
    void matched(std::string_view text) override { texts.emplace_back(text); }
    std::vector<std::string> texts;
};

std::shared_ptr<const RuleSet> rules(std::string snippet) {
    auto set = RuleSets().find({std::move(snippet), false});
    EXPECT_TRUE(set) << set.error().message;
    return set ? *set : nullptr;
}

/// A transaction whose request is there, up to its fields.
struct Request {
    explicit Request(const std::shared_ptr<const RuleSet>& set, const std::string& target = "/a?b=c")
        : rules(set), transaction(*set, "the-id", matches) {
        transaction.begin({.address = client}, "POST", target, "1.1");
        transaction.request_field("Host", "shop.example.com");
        transaction.request_field("Content-Type", "application/x-www-form-urlencoded");
        refusal = transaction.judge_request_head();
    }
    std::shared_ptr<const RuleSet> rules;
    std::string client = "192.0.2.7";
    Matches matches;
    Transaction transaction;
    std::optional<Intervention> refusal;
};

TEST(Transaction, AMatchThatRefusesNothingIsTold) {
    const auto set =
        rules("SecRuleEngine DetectionOnly\nSecRule ARGS:b \"@streq c\" \"id:1,phase:1,deny,log,msg:'seen'\"");
    Request request(set);
    EXPECT_FALSE(request.refusal);
    ASSERT_EQ(request.matches.texts.size(), 1u);
    EXPECT_THAT(request.matches.texts[0], HasSubstr("[msg \"seen\"]"));
    EXPECT_THAT(request.matches.texts[0], HasSubstr("[unique_id \"the-id\"]"));
}

TEST(Transaction, TheStatusOfARefusal) {
    const auto status = [](const std::string& actions) {
        Request request(rules("SecRuleEngine On\nSecRule ARGS:b \"c\" \"id:1,phase:1," + actions + "\""));
        EXPECT_TRUE(request.refusal) << actions;
        return request.refusal ? request.refusal->status : 0;
    };
    EXPECT_EQ(status("deny"), 403);
    EXPECT_EQ(status("deny,status:418"), 418);
    EXPECT_EQ(status("deny,status:200"), 403);  // a refusal is never a success
    EXPECT_EQ(status("deny,status:999"), 403);
    EXPECT_EQ(status("redirect:https://a.example.com/"), 302);
    EXPECT_EQ(status("redirect:https://a.example.com/,status:307"), 307);
}

TEST(Transaction, ARedirectHasItsUrl) {
    Request request(rules("SecRuleEngine On\nSecAction \"id:1,phase:1,redirect:https://a.example.com/x\""));
    ASSERT_TRUE(request.refusal);
    EXPECT_EQ(request.refusal->url, "https://a.example.com/x");
}

TEST(Transaction, ABodyOverTheLimitIsRefused) {
    const std::string limited = "SecRequestBodyAccess On\nSecRequestBodyLimit 1000\nSecRequestBodyLimitAction ";
    Request refused(rules("SecRuleEngine On\n" + limited + "Reject"));
    for (int i = 0; i < 3; ++i) refused.transaction.request_body(std::string(400, 'a'));
    const auto refusal = refused.transaction.judge_request_body();
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->status, 403);

    Request partly(rules("SecRuleEngine On\n" + limited + "ProcessPartial"));
    EXPECT_TRUE(partly.transaction.request_body(std::string(400, 'a')));
    EXPECT_FALSE(partly.transaction.request_body(std::string(4000, 'a')));
    EXPECT_FALSE(partly.transaction.judge_request_body());
}

TEST(Transaction, ResponsesAreInspectedByContentType) {
    const auto set = rules("SecRuleEngine On\nSecResponseBodyAccess On\nSecResponseBodyMimeType text/html\n"
                           "SecRule RESPONSE_BODY \"@contains secret\" \"id:1,phase:4,deny\"");
    const auto refuses = [&](const char* type) {
        Request request(set);
        EXPECT_FALSE(request.transaction.judge_request_body());
        request.transaction.response_field("Content-Type", type);
        EXPECT_FALSE(request.transaction.judge_response_head(200, "HTTP/1.1"));
        request.transaction.response_body("a se");
        request.transaction.response_body("cret");
        return request.transaction.judge_response_body().has_value();
    };
    EXPECT_TRUE(refuses("text/html; charset=utf-8"));
    EXPECT_FALSE(refuses("application/octet-stream"));
}

TEST(Transaction, ManyThreadsShareARuleSet) {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << "ThreadSanitizer does not see the atomics of a library that was built without it";
#endif
    const auto set = *RuleSets().find({"", true});
    std::atomic<int> matched = 0;
    const auto run = [&] {
        for (int i = 0; i < 20; ++i) {
            Request request(set, "/?id=1'%20or%20'1'='1");
            EXPECT_FALSE(request.transaction.judge_request_body());
            matched += static_cast<int>(!request.matches.texts.empty());
        }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(run);
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(matched, 80);
}

}  // namespace
}  // namespace fairway::waf
