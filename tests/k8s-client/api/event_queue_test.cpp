#include "k8s-client/api/event_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

namespace fairway::k8s {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Event event(const std::string& message = "Scheduled for sync", const std::string& object = "web") {
    return {{"networking.k8s.io/v1", "Ingress", {"shop", object}, "uid-of-" + object, "7"},
            EventType::normal,
            "Sync",
            message};
}

class EventQueueTest : public testing::Test {
protected:
    bool add(const Event& given) { return queue_.add(given, now_, wall_); }

    EventQueue queue_{{.waiting = 3, .objects = 2, .object_burst = 2, .object_refill = 60s}};
    EventQueue::Clock::time_point now_{1h};
    EventQueue::WallClock::time_point wall_{1h};
};

TEST_F(EventQueueTest, CountsWhatIsToldAgainWhileItWaits) {
    EXPECT_TRUE(add(event()));
    wall_ += 5s;
    EXPECT_TRUE(add(event()));
    EXPECT_TRUE(add(event()));
    const auto waiting = queue_.take();
    EXPECT_EQ(waiting.series.count, 3);
    EXPECT_EQ(waiting.series.last - waiting.series.first, 5s);
    EXPECT_TRUE(queue_.empty());
}

TEST_F(EventQueueTest, IsFirstInFirstOut) {
    add(event("a", "a"));
    add(event("b", "b"));
    EXPECT_EQ(queue_.take().event.message, "a");
    EXPECT_EQ(queue_.take().event.message, "b");
}

TEST_F(EventQueueTest, SilencesAnObjectThatIsToldAboutTooOften) {
    EXPECT_TRUE(add(event("1")));
    EXPECT_TRUE(add(event("2")));
    EXPECT_FALSE(add(event("3")));
    EXPECT_TRUE(add(event("1", "other")));
    EXPECT_EQ(queue_.dropped(), 1u);
    now_ += 60s;
    queue_.take();
    EXPECT_TRUE(add(event("4")));
    EXPECT_FALSE(add(event("5")));
}

TEST_F(EventQueueTest, HoldsNoMoreThanItsLimit) {
    for (const auto* name : {"a", "b", "c"}) EXPECT_TRUE(add(event("x", name)));
    EXPECT_FALSE(add(event("x", "d")));
    queue_.take();
    EXPECT_TRUE(add(event("x", "d")));
}

TEST_F(EventQueueTest, ForgetsTheObjectSeenLongestAgo) {
    add(event("1", "a"));
    add(event("2", "a"));
    queue_.take();
    queue_.take();
    add(event("1", "b"));
    queue_.take();
    add(event("1", "c"));  // a third object: a is forgotten, and may speak again
    queue_.take();
    EXPECT_TRUE(add(event("3", "a")));
}

TEST(TokenBucket, GivesABurstAndThenItsRate) {
    TokenBucket bucket(2, 10s);
    TokenBucket::Clock::time_point now{1h};
    EXPECT_TRUE(bucket.take(now));
    EXPECT_TRUE(bucket.take(now));
    EXPECT_FALSE(bucket.take(now));
    EXPECT_EQ(bucket.wait(now), 10s);
    now += 4s;
    EXPECT_EQ(bucket.wait(now), 6s);
    now += 6s;
    EXPECT_TRUE(bucket.take(now));
    now += 1h;
    EXPECT_TRUE(bucket.take(now));
    EXPECT_TRUE(bucket.take(now));
    EXPECT_FALSE(bucket.take(now)) << "no more than the burst is saved";
}

TEST(EventCounts, ForgetsTheOldest) {
    EventCounts counts(2);
    counts.set("a", 1);
    counts.set("b", 2);
    counts.set("a", 3);
    counts.set("c", 1);
    EXPECT_EQ(counts.find("a"), 3);
    EXPECT_EQ(counts.find("b"), 0);
    EXPECT_EQ(counts.find("c"), 1);
}

TEST(EventName, IsTheSameForTheSameEventOnly) {
    const auto name = event_name(event());
    EXPECT_THAT(name, testing::MatchesRegex("web\\.[0-9a-f]+"));
    EXPECT_EQ(name.size(), 4u + 16u);
    EXPECT_EQ(name, event_name(event()));
    EXPECT_NE(name, event_name(event("other")));
    auto other = event();
    other.about.uid = "another life";
    EXPECT_NE(name, event_name(other));
    other = event();
    other.about.resource_version = "8";
    EXPECT_EQ(name, event_name(other)) << "it is the same about every version";
    EXPECT_LE(event_name(event("x", std::string(253, 'a'))).size(), 253u);
}

TEST(EventJson, HoldsWhatTheApiServerWants) {
    const EventSeries series{3, std::chrono::system_clock::time_point(1s), std::chrono::system_clock::time_point(61s)};
    const auto text = event_json(event(std::string(2000, 'x')), {"nginx-ingress-controller", "fairway-1"}, series);
    const auto json = boost::json::parse(text).get_object();
    EXPECT_EQ(json.at("metadata").at("namespace"), "shop");
    EXPECT_EQ(json.at("involvedObject").at("uid"), "uid-of-web");
    EXPECT_EQ(json.at("type"), "Normal");
    EXPECT_EQ(json.at("source").at("component"), "nginx-ingress-controller");
    EXPECT_EQ(json.at("reportingInstance"), "fairway-1");
    EXPECT_EQ(json.at("firstTimestamp"), "1970-01-01T00:00:01Z");
    EXPECT_EQ(json.at("lastTimestamp"), "1970-01-01T00:01:01Z");
    EXPECT_EQ(json.at("count"), 3);
    EXPECT_LE(json.at("message").get_string().size(), 1024u);
}

TEST(EventPatch, LeavesAnUnknownCountAlone) {
    EXPECT_THAT(event_patch({.count = 4, .first = {}, .last = {}}), HasSubstr("\"count\":4"));
    EXPECT_THAT(event_patch({.count = 0, .first = {}, .last = {}}), testing::Not(HasSubstr("count")));
}

}  // namespace
}  // namespace fairway::k8s
