#include "tls/ticket_keys.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fairway::tls {
namespace {

using namespace std::chrono_literals;

const TicketKeys::Clock::time_point kStart{1000h};

TEST(TicketKeys, RandomKeyStaysUntilItsRotation) {
    const auto keys = TicketKeys::random(1h, kStart);
    const auto first = keys->current(kStart);
    EXPECT_EQ(keys->current(kStart + 59min).name, first.name);
    EXPECT_NE(keys->current(kStart + 60min).name, first.name);
}

TEST(TicketKeys, KeyBeforeStillOpensForOneRotation) {
    const auto keys = TicketKeys::random(1h, kStart);
    const auto first = keys->current(kStart);
    EXPECT_TRUE(keys->find(first.name, kStart)->is_current);
    const auto later = keys->find(first.name, kStart + 90min);
    ASSERT_TRUE(later);
    EXPECT_FALSE(later->is_current);
    EXPECT_EQ(later->key.aes_key, first.aes_key);
    EXPECT_FALSE(keys->find(first.name, kStart + 120min));
}

TEST(TicketKeys, QuietTimeDropsBothKeys) {
    const auto keys = TicketKeys::random(1h, kStart);
    const auto first = keys->current(kStart);
    EXPECT_FALSE(keys->find(first.name, kStart + 3h));
}

TEST(TicketKeys, FixedKeyIsLaidOutAsNginxDoesAndNeverRotates) {
    const std::string name(16, 'n');
    const auto big = TicketKeys::fixed(name + std::string(32, 'h') + std::string(32, 'a'), nullptr)->current(kStart);
    EXPECT_EQ(big.secret_bytes, 32u);
    EXPECT_EQ(big.hmac_key[31], 'h');
    EXPECT_EQ(big.aes_key[31], 'a');
    const auto keys = TicketKeys::fixed(name + std::string(16, 'a') + std::string(16, 'h'), nullptr);
    const auto small = keys->current(kStart + 10'000h);
    EXPECT_EQ(small.secret_bytes, 16u);
    EXPECT_EQ(small.hmac_key[15], 'h');
    EXPECT_EQ(small.aes_key[15], 'a');
    EXPECT_TRUE(keys->find(small.name, kStart + 20'000h)->is_current);
}

TEST(TicketKeys, FixedKeyAcceptsTheOneBefore) {
    const auto before = TicketKeys::fixed(std::string(80, 'o'), nullptr);
    const auto keys = TicketKeys::fixed(std::string(80, 'n'), before.get());
    const auto old = keys->find(before->current(kStart).name, kStart);
    ASSERT_TRUE(old);
    EXPECT_FALSE(old->is_current);
    EXPECT_EQ(old->key.hmac_key[0], 'o');
}

}  // namespace
}  // namespace fairway::tls
