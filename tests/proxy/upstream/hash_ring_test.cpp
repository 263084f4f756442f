#include "proxy/upstream/hash_ring.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace fairway::proxy {
namespace {

constexpr int kKeys = 20'000;

std::vector<std::string> nodes(int count) {
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i) names.push_back("10.0.0." + std::to_string(i + 1) + ":8080");
    return names;
}

std::string owner(const HashRing& ring, const std::vector<std::string>& names, int key) {
    return names[ring.find(HashRing::hash("/page/" + std::to_string(key)))];
}

TEST(HashRing, SpreadsKeys) {
    const auto names = nodes(8);
    const HashRing ring(names);
    std::map<std::string, int> count;
    for (int key = 0; key < kKeys; ++key) ++count[owner(ring, names, key)];
    ASSERT_EQ(count.size(), 8u);
    for (const auto& [node, keys] : count) {
        EXPECT_GT(keys, kKeys / 8 * 7 / 10) << node;
        EXPECT_LT(keys, kKeys / 8 * 13 / 10) << node;
    }
}

TEST(HashRing, OneThatComesTakesItsShareAndMovesNothingElse) {
    const auto before = nodes(9);
    const auto after = nodes(10);
    const HashRing small(before);
    const HashRing large(after);
    int moved = 0;
    for (int key = 0; key < kKeys; ++key) {
        const auto was = owner(small, before, key);
        const auto is = owner(large, after, key);
        if (was == is) continue;
        EXPECT_EQ(is, after.back());
        ++moved;
    }
    EXPECT_GT(moved, kKeys / 10 * 6 / 10);
    EXPECT_LT(moved, kKeys / 10 * 14 / 10);
}

TEST(HashRing, OrderOfTheNodesHasNoMeaning) {
    auto names = nodes(7);
    const HashRing one(names);
    auto reversed = names;
    std::ranges::reverse(reversed);
    const HashRing other(reversed);
    for (int key = 0; key < 1000; ++key) EXPECT_EQ(owner(one, names, key), owner(other, reversed, key));
}

TEST(HashRing, GoesOnToTheNextNodeThatIsAccepted) {
    const auto names = nodes(4);
    const HashRing ring(names);
    const auto hash = HashRing::hash("key");
    std::vector<std::uint32_t> seen;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto untried = [&](std::uint32_t node) { return std::ranges::find(seen, node) == seen.end(); };
        const auto node = ring.find(hash, untried, 99);
        ASSERT_LT(node, names.size());
        seen.push_back(node);
    }
    EXPECT_EQ(seen.front(), ring.find(hash));
    std::ranges::sort(seen);
    EXPECT_EQ(seen, (std::vector<std::uint32_t>{0, 1, 2, 3}));
    EXPECT_EQ(ring.find(hash, [](std::uint32_t) { return false; }, 99), 99u);
}

}  // namespace
}  // namespace fairway::proxy
