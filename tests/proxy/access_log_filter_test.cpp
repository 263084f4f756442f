#include "proxy/access_log/log_filter.hpp"

#include <gtest/gtest.h>

#include "proxy/access_log_record.hpp"
#include "routing/value_patterns.hpp"

namespace fairway::proxy {
namespace {

class AccessLogFilter : public testing::Test {
protected:
    bool logged() const { return is_logged(request.record, settings); }
    void answer_by_default_backend() {
        request.route.owner = nullptr;
        request.route.backend = nullptr;
    }

    RecordedRequest request;
    routing::AccessLogSettings settings;
};

TEST_F(AccessLogFilter, LogsOrdinaryRequests) { EXPECT_TRUE(logged()); }

TEST_F(AccessLogFilter, ObeysTheGlobalSwitch) {
    settings.enabled = false;
    EXPECT_FALSE(logged());
    request.refuse("nonsense");
    EXPECT_FALSE(logged());
}

TEST_F(AccessLogFilter, ObeysTheRoute) {
    request.policy->access_log = false;
    EXPECT_FALSE(logged());
}

TEST_F(AccessLogFilter, SkipsTheDefaultBackendOfUnknownHostsUnlessEnabled) {
    answer_by_default_backend();
    request.record.rules = nullptr;
    EXPECT_FALSE(logged());
    request.set_host("_");
    EXPECT_FALSE(logged());
    settings.default_backend = true;
    EXPECT_TRUE(logged());
}

TEST_F(AccessLogFilter, LogsUnmatchedPathsOfKnownHosts) {
    answer_by_default_backend();
    EXPECT_TRUE(logged());
}

TEST_F(AccessLogFilter, LogsRoutesOfTheCatchAll) {
    request.set_host("_");
    EXPECT_TRUE(logged());
}

TEST_F(AccessLogFilter, LogsRequestsRefusedBeforeARouteWasChosen) {
    request.refuse("nonsense");
    EXPECT_TRUE(logged());
    request.record.request = &request.head;
    EXPECT_TRUE(logged());
}

TEST_F(AccessLogFilter, SkipsListedUrisAsAWhole) {
    settings.skip_urls = routing::ValuePatterns{.values = {"/healthz", "/Cart?item=7"}};
    EXPECT_FALSE(logged());
    request.set_target("/cart", "");
    EXPECT_TRUE(logged());
    request.set_target("/healthz", "");
    EXPECT_FALSE(logged());
    request.set_target("/healthz", "a");
    EXPECT_TRUE(logged());
}

TEST_F(AccessLogFilter, QuestionsHaveOneSwitchForAll) {
    const auto question_logged = [&] { return is_question_logged(request.record, settings); };
    EXPECT_FALSE(question_logged());
    settings.auth_requests = true;
    request.policy->access_log = false;
    EXPECT_TRUE(question_logged());
    settings.skip_urls = routing::ValuePatterns{.values = {"/Cart?item=7"}};
    EXPECT_FALSE(question_logged());
    settings.skip_urls.reset();
    settings.enabled = false;
    EXPECT_FALSE(question_logged());
}

}  // namespace
}  // namespace fairway::proxy
