#include "proxy/rate_limit_table.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace fairway::proxy {
namespace {

using namespace std::chrono_literals;
using Verdict = RateLimitTable::Verdict;

constexpr RateLimitTable::TimePoint kStart{1000s};

class RateLimits : public testing::Test {
protected:
    /// How many of `count` requests at one moment pass.
    int passed(int count, std::chrono::milliseconds at, std::string_view client = "a") {
        int sum = 0;
        for (int i = 0; i < count; ++i) {
            LimitedRequest request;
            sum += table->charge(limits, client, kStart + at, request) == Verdict::passed ? 1 : 0;
        }
        return sum;
    }

    std::unique_ptr<RateLimitTable> table = std::make_unique<RateLimitTable>(SipKey{1, 2}, kStart);
    routing::RateLimits limits{.zone = 7};
};

// ngx_http_limit_req_module with burst and nodelay.
TEST_F(RateLimits, BucketHoldsTheBurstAndLeaksSteadily) {
    limits.requests_per_second = 1;
    struct Step {
        std::chrono::milliseconds at;
        int asked;
        int passed;
    };
    constexpr Step kSteps[] = {{0ms, 10, 6}, {500ms, 3, 0}, {1001ms, 3, 1}, {3002ms, 5, 2}, {60'000ms, 10, 6}};
    for (const auto& step : kSteps) EXPECT_EQ(passed(step.asked, step.at), step.passed) << step.at.count();
}

TEST_F(RateLimits, BothRatesMustPassAndARefusalCountsForNone) {
    limits.requests_per_second = 10;
    limits.requests_per_minute = 2;
    limits.burst_multiplier = 1;
    EXPECT_EQ(passed(10, 0ms), 3);
    EXPECT_EQ(passed(10, 31'000ms), 1) << "the minute's bucket alone was full";
}

TEST_F(RateLimits, ClientsAndZonesAreApart) {
    limits.requests_per_minute = 1;
    limits.burst_multiplier = 1;
    EXPECT_EQ(passed(5, 0ms, "a"), 2);
    EXPECT_EQ(passed(5, 0ms, "b"), 2);
    EXPECT_EQ(passed(5, 0ms, std::string(1000, 'x')), 2);
    EXPECT_EQ(passed(5, 0ms, std::string(1000, 'x') + "y"), 2);
    limits.zone = 8;
    EXPECT_EQ(passed(5, 0ms, "a"), 2);
}

TEST_F(RateLimits, RequestsInProgressAreGivenBack) {
    limits.connections = 2;
    std::vector<LimitedRequest> running(3);
    EXPECT_EQ(table->charge(limits, "a", kStart, running[0]), Verdict::passed);
    EXPECT_EQ(table->charge(limits, "a", kStart, running[1]), Verdict::passed);
    EXPECT_EQ(table->charge(limits, "a", kStart, running[2]), Verdict::too_many_at_once);
    running[0].release();
    running[0].release();
    EXPECT_EQ(table->charge(limits, "a", kStart, running[2]), Verdict::passed);
    EXPECT_EQ(table->charge(limits, "a", kStart, running[0]), Verdict::too_many_at_once);
    running.clear();
    EXPECT_EQ(passed(5, 0ms), 5);
}

TEST_F(RateLimits, MemoryIsBoundedAndForgetsTheOldestFirst) {
    limits.requests_per_minute = 1;
    limits.burst_multiplier = 1;
    limits.connections = 1;
    LimitedRequest running;
    EXPECT_EQ(table->charge(limits, "running", kStart, running), Verdict::passed);
    for (std::size_t i = 0; i < 2 * RateLimitTable::kMaxClients; ++i) passed(1, 0ms, "client-" + std::to_string(i));
    EXPECT_EQ(table->size(), RateLimitTable::kMaxClients);
    EXPECT_LT(table->memory_bytes(), 16u << 20);
    EXPECT_EQ(passed(1, 0ms, "client-0"), 1) << "forgotten";
    EXPECT_EQ(passed(3, 0ms, "client-" + std::to_string(2 * RateLimitTable::kMaxClients - 1)), 1) << "not forgotten";
    EXPECT_EQ(passed(1, 0ms, "running"), 0) << "spared";
}

TEST_F(RateLimits, WorkersShareOneCount) {
    limits.requests_per_minute = 100;
    limits.burst_multiplier = 9;
    std::atomic<int> sum = 0;
    {
        std::vector<std::jthread> workers;
        for (int i = 0; i < 4; ++i) workers.emplace_back([&] { sum += passed(1000, 0ms); });
    }
    EXPECT_EQ(sum, 901);
}

}  // namespace
}  // namespace fairway::proxy
