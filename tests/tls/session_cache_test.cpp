#include "tls/session_cache.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fairway::tls {
namespace {

using namespace std::chrono_literals;

const SessionCache::Clock::time_point kStart{1000h};

std::string found(SessionCache& cache, std::string_view id, SessionCache::Clock::time_point now = kStart) {
    std::array<char, SessionCache::kMaxSessionBytes> bytes;
    return {bytes.data(), cache.find(id, now, bytes)};
}

TEST(SessionCache, FindsWhatWasStored) {
    SessionCache cache(100, 10min);
    cache.store("a", "session a", kStart);
    cache.store(std::string(32, 'b'), "session b", kStart);
    EXPECT_EQ(found(cache, "a"), "session a");
    EXPECT_EQ(found(cache, std::string(32, 'b')), "session b");
    EXPECT_EQ(found(cache, "c"), "");
    EXPECT_EQ(found(cache, ""), "");
    EXPECT_EQ(cache.size(), 2u);
}

TEST(SessionCache, LaterSessionOfAnIdReplacesTheFirst) {
    SessionCache cache(100, 10min);
    cache.store("a", "first", kStart);
    cache.store("a", "second", kStart);
    EXPECT_EQ(found(cache, "a"), "second");
    EXPECT_EQ(cache.size(), 1u);
}

TEST(SessionCache, SessionsExpire) {
    SessionCache cache(100, 10min);
    cache.store("a", "session", kStart);
    EXPECT_EQ(found(cache, "a", kStart + 9min), "session");
    EXPECT_EQ(found(cache, "a", kStart + 10min), "");
    cache.store("aa", "other", kStart + 10min);  // same shard: clears what is too old
    EXPECT_EQ(cache.size(), 1u);
}

TEST(SessionCache, OldestGoesWhenItIsFull) {
    SessionCache cache(32, 10min);  // two for each first byte here
    for (const char* id : {"a1", "a2", "a3"}) cache.store(id, id, kStart);
    EXPECT_EQ(found(cache, "a1"), "");
    EXPECT_EQ(found(cache, "a2"), "a2");
    EXPECT_EQ(found(cache, "a3"), "a3");
    EXPECT_EQ(cache.size(), 2u);
}

TEST(SessionCache, StaysWithinItsBound) {
    SessionCache cache(1000, 10min);
    for (int i = 0; i < 20'000; ++i) cache.store({reinterpret_cast<const char*>(&i), sizeof i}, "session", kStart);
    EXPECT_LE(cache.size(), 1008u);
    EXPECT_GE(cache.size(), 1000u);
}

TEST(SessionCache, RemovesOne) {
    SessionCache cache(100, 10min);
    cache.store("a", "session a", kStart);
    cache.store("b", "session b", kStart);
    cache.remove("a");
    cache.remove("unknown");
    cache.remove("");
    EXPECT_EQ(found(cache, "a"), "");
    EXPECT_EQ(found(cache, "b"), "session b");
}

TEST(SessionCache, LeavesOutWhatIsTooBig) {
    SessionCache cache(100, 10min);
    cache.store("a", std::string(SessionCache::kMaxSessionBytes, 's'), kStart);
    cache.store("b", std::string(SessionCache::kMaxSessionBytes + 1, 's'), kStart);
    cache.store("c", "", kStart);
    EXPECT_EQ(found(cache, "a").size(), SessionCache::kMaxSessionBytes);
    EXPECT_EQ(cache.size(), 1u);
}

}  // namespace
}  // namespace fairway::tls
