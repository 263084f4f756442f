#include "proxy/access/nonce_table.hpp"

#include <gtest/gtest.h>

namespace fairway::proxy {
namespace {

using Age = NonceTable::Age;
using std::chrono::seconds;

struct Nonces : testing::Test {
    NonceTable::TimePoint now = NonceTable::TimePoint(std::chrono::hours(1));
    DigestKey key;
    NonceTable table{key, now};
};

TEST_F(Nonces, LiveForFiveMinutes) {
    const auto nonce = table.make(7, now);
    EXPECT_EQ(table.age_of(nonce, now), Age::valid);
    EXPECT_EQ(table.age_of(nonce, now + seconds(299)), Age::valid);
    EXPECT_EQ(table.age_of(nonce, now + seconds(300)), Age::stale);
}

TEST_F(Nonces, CannotBeMadeByOthers) {
    auto nonce = table.make(7, now);
    const DigestKey other;
    EXPECT_EQ(NonceTable(other, now).age_of(nonce, now), Age::forged);
    for (const std::size_t at : {std::size_t{0}, std::size_t{10}, nonce.size() - 1}) {
        auto changed = nonce;
        changed[at] = changed[at] == '0' ? '1' : '0';
        EXPECT_EQ(table.age_of(changed, now), Age::forged) << at;
    }
    EXPECT_EQ(table.age_of("", now), Age::forged);
    EXPECT_EQ(table.age_of(nonce + "0", now), Age::forged);
}

TEST_F(Nonces, TakeEachCountOnce) {
    const auto nonce = table.make(7, now);
    for (const std::uint32_t count : {1U, 3U, 2U, 70U, 69U, 200U}) EXPECT_TRUE(table.use(nonce, count, now)) << count;
    for (const std::uint32_t count : {0U, 1U, 2U, 3U, 70U, 69U, 200U, 136U})
        EXPECT_FALSE(table.use(nonce, count, now)) << count;
    EXPECT_TRUE(table.use(nonce, 137, now));
}

TEST_F(Nonces, ForgottenOnesAreNotTakenAgain) {
    const auto first = table.make(0, now);
    ASSERT_TRUE(table.use(first, 1, now));
    const auto later = now + seconds(1);
    for (std::uint64_t i = 1; i <= NonceTable::kMaxPerShard; ++i)
        ASSERT_TRUE(table.use(table.make(i * NonceTable::kShards, later), 1, later));
    EXPECT_FALSE(table.use(first, 2, later));
    EXPECT_FALSE(table.use(first, 1, later));
}

}  // namespace
}  // namespace fairway::proxy
