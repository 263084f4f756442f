#include "proxy/io/deadline_wheel.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <random>
#include <vector>

namespace fairway::proxy::io {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TimePoint kStart{seconds(1000)};

struct Node final : DeadlineNode {
    TimePoint on_deadline(TimePoint now) override {
        fired.push_back(now);
        return then ? then(now) : kNever;
    }
    std::vector<TimePoint> fired;
    std::function<TimePoint(TimePoint)> then;
};

TEST(DeadlineWheel, FiresWithinATickAfterTheDeadline) {
    for (const int ms : {0, 1, 49, 50, 51, 999, 51'000, 51'200, 51'250, 600'000}) {
        DeadlineWheel wheel(kStart);
        Node node;
        const TimePoint deadline = kStart + milliseconds(ms);
        // Lazy nodes are looked at in between when their time is far; they say when again.
        node.then = [&](TimePoint now) { return now < deadline ? deadline : kNever; };
        wheel.arm(node, deadline);
        TimePoint now = kStart;
        TimePoint end{};
        while (end == TimePoint{} && now < deadline + seconds(1)) {
            now += milliseconds(1);
            wheel.advance(now);
            if (!node.fired.empty() && node.fired.back() >= deadline) end = node.fired.back();
        }
        EXPECT_GE(end, deadline) << ms;
        EXPECT_LE(end, deadline + DeadlineWheel::kTick + milliseconds(1)) << ms;
    }
}

TEST(DeadlineWheel, LaterDeadlineIsNotMovedEarlierIs) {
    DeadlineWheel wheel(kStart);
    Node node;
    wheel.arm(node, kStart + seconds(10));
    wheel.arm(node, kStart + seconds(20));
    wheel.advance(kStart + seconds(11));
    EXPECT_EQ(node.fired.size(), 1u) << "looked at, lazily, at the first time";
    wheel.arm(node, kStart + seconds(30));
    wheel.arm(node, kStart + seconds(12));
    wheel.advance(kStart + seconds(13));
    EXPECT_EQ(node.fired.size(), 2u);
    wheel.advance(kStart + seconds(60));
    EXPECT_EQ(node.fired.size(), 2u);
}

TEST(DeadlineWheel, SleepsExactlyUntilTheNextSlot) {
    DeadlineWheel wheel(kStart);
    EXPECT_EQ(wheel.idle_time(kStart, seconds(1)), seconds(1));
    Node node;
    wheel.arm(node, kStart + milliseconds(120));  // in the slot that ends at 150 ms
    EXPECT_EQ(wheel.idle_time(kStart, seconds(1)), milliseconds(150));
    wheel.advance(kStart + milliseconds(99));
    EXPECT_EQ(wheel.idle_time(kStart + milliseconds(99), seconds(1)), milliseconds(51));
    EXPECT_EQ(wheel.idle_time(kStart + milliseconds(99), milliseconds(10)), milliseconds(10));
    wheel.advance(kStart + milliseconds(150));
    EXPECT_EQ(node.fired.size(), 1u);
}

TEST(DeadlineWheel, LongStopFiresEverythingOnce) {
    DeadlineWheel wheel(kStart);
    std::vector<std::unique_ptr<Node>> nodes;
    for (int i = 0; i < 1000; ++i) {
        nodes.push_back(std::make_unique<Node>());
        wheel.arm(*nodes.back(), kStart + milliseconds(i * 40));
    }
    wheel.advance(kStart + hours(5));
    for (const auto& node : nodes) EXPECT_EQ(node->fired.size(), 1u);
    Node next;
    wheel.arm(next, kStart + hours(5) + milliseconds(10));
    wheel.advance(kStart + hours(5) + milliseconds(100));
    EXPECT_EQ(next.fired.size(), 1u);
}

TEST(DeadlineWheel, NodesMayEndWhileTheWheelTurns) {
    DeadlineWheel wheel(kStart);
    auto victim = std::make_unique<Node>();
    auto self = std::make_unique<Node>();
    Node killer;
    killer.then = [&](TimePoint) {
        victim.reset();
        return kNever;
    };
    self->then = [&](TimePoint) {
        self.reset();
        return kNever;
    };
    wheel.arm(killer, kStart + milliseconds(10));
    wheel.arm(*victim, kStart + milliseconds(10));
    wheel.arm(*self, kStart + milliseconds(10));
    wheel.advance(kStart + milliseconds(100));
    EXPECT_EQ(victim, nullptr);
    EXPECT_EQ(self, nullptr);
    EXPECT_EQ(killer.fired.size(), 1u);
}

TEST(DeadlineWheel, NodeThatArmsItselfAnewWaitsForALaterTick) {
    DeadlineWheel wheel(kStart);
    Node node;
    node.then = [&](TimePoint now) { return now; };
    wheel.arm(node, kStart + milliseconds(10));
    wheel.advance(kStart + milliseconds(50));
    EXPECT_EQ(node.fired.size(), 1u);
    wheel.advance(kStart + milliseconds(100));
    EXPECT_EQ(node.fired.size(), 2u);
}

// Against a plain list: every deadline fires, none early, none late.
TEST(DeadlineWheel, AgreesWithAListOfDeadlines) {
    std::mt19937 random(7);
    DeadlineWheel wheel(kStart);
    struct Watched {
        Node node;
        TimePoint deadline = kNever;
    };
    std::vector<std::unique_ptr<Watched>> all;
    for (int i = 0; i < 50; ++i) {
        all.push_back(std::make_unique<Watched>());
        Watched& one = *all.back();
        one.node.then = [&one](TimePoint now) {
            if (now < one.deadline) return one.deadline;
            one.deadline = kNever;
            return kNever;
        };
    }
    TimePoint now = kStart;
    for (int step = 0; step < 20'000; ++step) {
        now += milliseconds(random() % 30);
        wheel.advance(now);
        for (const auto& one : all)
            ASSERT_TRUE(one->deadline == kNever || one->deadline + DeadlineWheel::kTick + milliseconds(30) >= now)
                << "late";
        Watched& one = *all[random() % all.size()];
        one.deadline = now + milliseconds(random() % 4 == 0 ? random() % 200'000 : random() % 500);
        wheel.arm(one.node, one.deadline);
    }
}

}  // namespace
}  // namespace fairway::proxy::io
