#include "proxy/access/digest_cache.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fairway::proxy {
namespace {

using Cache = DigestCache<std::string>;
using std::chrono::seconds;

const Cache::TimePoint kNow{};

Digest digest(std::uint8_t first, std::uint8_t shard = 0) {
    Digest result{};
    result.front() = first;
    result.back() = shard;
    return result;
}

std::shared_ptr<const std::string> text(const char* value) { return std::make_shared<const std::string>(value); }

TEST(DigestCache, KeepsUntilTheTimeIsOver) {
    Cache cache(1 << 20);
    cache.put(digest(1), text("a"), 1, kNow, kNow + seconds(10));
    ASSERT_NE(cache.find(digest(1), kNow + seconds(9)), nullptr);
    EXPECT_EQ(cache.find(digest(2), kNow), nullptr);
    EXPECT_EQ(cache.find(digest(1), kNow + seconds(10)), nullptr);
    EXPECT_EQ(cache.size(), 0U);
}

TEST(DigestCache, ForgetsWhatWasNotUsed) {
    Cache cache(1 << 20, seconds(5));
    cache.put(digest(1), text("a"), 1, kNow, kNow + seconds(100));
    ASSERT_NE(cache.find(digest(1), kNow + seconds(4)), nullptr);
    ASSERT_NE(cache.find(digest(1), kNow + seconds(8)), nullptr);
    EXPECT_EQ(cache.find(digest(1), kNow + seconds(13)), nullptr);
}

TEST(DigestCache, TheOldestGoesWhenAShardIsFull) {
    Cache cache(Cache::kShards * 2 * (Cache::kEntryBytes + 100));
    const auto later = kNow + seconds(100);
    cache.put(digest(1), text("a"), 100, kNow, later);
    cache.put(digest(2), text("b"), 100, kNow, later);
    cache.find(digest(1), kNow);
    cache.put(digest(3), text("c"), 100, kNow, later);
    EXPECT_NE(cache.find(digest(1), kNow), nullptr);
    EXPECT_EQ(cache.find(digest(2), kNow), nullptr);
    cache.put(digest(4), text("too large"), 1000, kNow, later);
    EXPECT_EQ(cache.find(digest(4), kNow), nullptr);
    EXPECT_NE(cache.find(digest(3), kNow), nullptr);
    cache.put(digest(3), text("d"), 100, kNow, later);
    EXPECT_EQ(*cache.find(digest(3), kNow), "d");
    EXPECT_EQ(cache.size(), 2U);
}

}  // namespace
}  // namespace fairway::proxy
