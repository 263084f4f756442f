#include "proxy/upstream/balancer.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

namespace fairway::proxy {
namespace {

using routing::LoadBalance;
using std::chrono::duration;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr io::TimePoint kNow{seconds(1000)};

routing::EndpointSet endpoints(int count) {
    routing::EndpointSet set;
    for (int i = 0; i < count; ++i)
        set.endpoints.push_back({{*IpAddress::parse("10.0.0." + std::to_string(i + 1)), 80}, ""});
    return set;
}

class BalancerTest : public testing::Test {
protected:
    const routing::Endpoint& pick(LoadBalance algorithm, std::vector<SocketAddress> tried = {}) {
        return balancer.pick(set, algorithm, tried, now, random);
    }
    std::map<std::string, int> picks(LoadBalance algorithm, int times) {
        std::map<std::string, int> count;
        for (int i = 0; i < times; ++i) ++count[pick(algorithm).address.ip.to_string()];
        return count;
    }
    void observe(int index, milliseconds took) { balancer.observe(set, set.endpoints[index].address, took, now); }

    Random random{42};
    Balancer balancer{random};
    routing::EndpointSet set = endpoints(3);
    io::TimePoint now = kNow;
};

TEST_F(BalancerTest, RoundRobinGivesEachItsShare) {
    for (const auto& [address, count] : picks(LoadBalance::round_robin, 30)) EXPECT_EQ(count, 10) << address;
}

TEST_F(BalancerTest, RoundRobinsOfWorkersStartApart) {
    std::set<std::string> first;
    for (int i = 0; i < 50; ++i) {
        Balancer fresh(random);
        first.insert(fresh.pick(set, LoadBalance::round_robin, {}, now, random).address.ip.to_string());
    }
    EXPECT_EQ(first.size(), 3u);
}

TEST_F(BalancerTest, BothSkipWhatWasTried) {
    for (const auto algorithm : {LoadBalance::round_robin, LoadBalance::ewma})
        for (int i = 0; i < 20; ++i) {
            const auto& left = pick(algorithm, {set.endpoints[0].address, set.endpoints[2].address});
            EXPECT_EQ(left.address, set.endpoints[1].address);
        }
}

TEST_F(BalancerTest, BothRepeatWhenEverythingWasTried) {
    const std::vector<SocketAddress> all{set.endpoints[0].address, set.endpoints[1].address, set.endpoints[2].address};
    std::set<std::string> seen;
    for (const auto algorithm : {LoadBalance::round_robin, LoadBalance::ewma})
        for (int i = 0; i < 30; ++i) seen.insert(pick(algorithm, all).address.ip.to_string());
    EXPECT_EQ(seen.size(), 3u);
}

TEST_F(BalancerTest, SingleEndpointIsAlwaysIt) {
    set = endpoints(1);
    for (const auto algorithm : {LoadBalance::round_robin, LoadBalance::ewma})
        EXPECT_EQ(pick(algorithm, {set.endpoints[0].address}).address, set.endpoints[0].address);
}

TEST_F(BalancerTest, BothAvoidForTenSecondsWhatDidNotAnswer) {
    for (const auto algorithm : {LoadBalance::round_robin, LoadBalance::ewma}) {
        balancer.connect_failed(set.endpoints[0].address, seconds(1), now);
        now += seconds(9);
        EXPECT_EQ(picks(algorithm, 30).count("10.0.0.1"), 0u);
        now += seconds(2);
        EXPECT_EQ(picks(algorithm, 30)["10.0.0.1"], 1) << "one request finds out whether it is back";
        now += seconds(11);
        balancer.connected(set.endpoints[0].address);
        EXPECT_GT(picks(algorithm, 60)["10.0.0.1"], 5);
    }
}

TEST_F(BalancerTest, WhoRefusesAtOnceIsNotAvoided) {
    balancer.connect_failed(set.endpoints[0].address, milliseconds(499), now);
    EXPECT_EQ(picks(LoadBalance::round_robin, 30)["10.0.0.1"], 10);
}

TEST_F(BalancerTest, NobodyIsAvoidedForWhatIsLongOver) {
    balancer.connect_failed(set.endpoints[0].address, seconds(1), now);
    now += seconds(21);
    EXPECT_EQ(picks(LoadBalance::round_robin, 30)["10.0.0.1"], 10);
}

TEST_F(BalancerTest, WhatIsToBeAvoidedIsBetterThanNothing) {
    for (const auto& one : set.endpoints) balancer.connect_failed(one.address, seconds(1), now);
    EXPECT_EQ(picks(LoadBalance::round_robin, 30).size(), 3u);
    const auto& left = pick(LoadBalance::round_robin, {set.endpoints[0].address, set.endpoints[2].address});
    EXPECT_EQ(left.address, set.endpoints[1].address) << "before one that this request has tried";
}

TEST_F(BalancerTest, EwmaWithoutKnowledgeUsesAll) {
    for (const auto& [address, count] : picks(LoadBalance::ewma, 300)) EXPECT_GT(count, 30) << address;
}

TEST_F(BalancerTest, EwmaPrefersTheFaster) {
    observe(0, milliseconds(10));
    observe(1, milliseconds(100));
    observe(2, milliseconds(1000));
    auto count = picks(LoadBalance::ewma, 300);
    EXPECT_GT(count["10.0.0.1"], count["10.0.0.2"]);
    EXPECT_EQ(count["10.0.0.3"], 0) << "the slowest loses each draw of two";
}

TEST_F(BalancerTest, EwmaForgetsAnEndpointThatWasSlowOnce) {
    observe(0, milliseconds(10));
    observe(1, milliseconds(10));
    observe(2, seconds(5));
    EXPECT_EQ(picks(LoadBalance::ewma, 100)["10.0.0.3"], 0);
    for (int second = 0; second < 100; ++second) {
        now += seconds(1);
        observe(0, milliseconds(10));
        observe(1, milliseconds(10));
    }
    EXPECT_GT(picks(LoadBalance::ewma, 100)["10.0.0.3"], 0);
}

TEST_F(BalancerTest, EwmaStartsANewEndpointAtTheAverage) {
    observe(0, milliseconds(10));
    observe(1, milliseconds(1000));
    auto count = picks(LoadBalance::ewma, 300);
    EXPECT_GT(count["10.0.0.3"], 50) << "not starved";
    EXPECT_LT(count["10.0.0.3"], 150) << "not flooded";
}

TEST_F(BalancerTest, EwmaDropsWhatLeft) {
    routing::EndpointSet many = endpoints(200);
    for (const auto& one : many.endpoints) balancer.observe(many, one.address, milliseconds(1), now);
    // With 200 scores of 1 ms in the average, a new endpoint would look as fast as they were.
    observe(0, seconds(1));
    observe(1, seconds(1));
    auto count = picks(LoadBalance::ewma, 300);
    EXPECT_LT(count["10.0.0.3"], 150);
}

}  // namespace
}  // namespace fairway::proxy
