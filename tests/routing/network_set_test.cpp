#include "routing/network_set.hpp"

#include <gtest/gtest.h>

#include <random>

namespace fairway::routing {
namespace {

NetworkSet set_of(std::initializer_list<const char*> texts) {
    std::vector<IpNetwork> networks;
    for (const char* text : texts) networks.push_back(*IpNetwork::parse(text));
    return NetworkSet(networks);
}

bool holds(const NetworkSet& set, const char* address) { return set.contains(*IpAddress::parse(address)); }

TEST(NetworkSet, KnowsBothFamiliesApart) {
    const auto set = set_of({"192.0.2.0/24", "2001:db8::/32", "198.51.100.7"});
    for (const char* in :
         {"192.0.2.0", "192.0.2.255", "198.51.100.7", "2001:db8::", "2001:db8:ffff::1", "::ffff:192.0.2.1"})
        EXPECT_TRUE(holds(set, in)) << in;
    for (const char* out :
         {"192.0.1.255", "192.0.3.0", "198.51.100.6", "198.51.100.8", "2001:db7:ffff::", "2001:db9::", "::"})
        EXPECT_FALSE(holds(set, out)) << out;
}

TEST(NetworkSet, TheWholeOfOneFamily) {
    EXPECT_TRUE(holds(set_of({"0.0.0.0/0"}), "255.255.255.255"));
    EXPECT_FALSE(holds(set_of({"0.0.0.0/0"}), "2001:db8::1"));
    EXPECT_TRUE(holds(set_of({"::/0"}), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
    EXPECT_FALSE(holds(set_of({"::/0"}), "0.0.0.0"));
    EXPECT_FALSE(holds(NetworkSet(), "0.0.0.0"));
}

TEST(NetworkSet, NetworksInsideOthersAreDropped) {
    const auto set = set_of({"10.1.0.0/16", "10.0.0.0/8", "10.1.2.3", "10.0.0.0/8", "11.0.0.0/8"});
    EXPECT_EQ(set.range_count(), 2U);
    EXPECT_TRUE(holds(set, "10.255.0.1"));
    EXPECT_TRUE(holds(set, "11.0.0.0"));
    EXPECT_FALSE(holds(set, "12.0.0.0"));
}

TEST(NetworkSet, AgreesWithAWalkThroughTheList) {
    std::mt19937 random(1);
    std::vector<IpNetwork> networks;
    for (int i = 0; i < 300; ++i) {
        const std::uint32_t bits = random();
        networks.push_back(
            *IpNetwork::parse(IpAddress::from_v4(&bits).to_string() + "/" + std::to_string(8 + random() % 25)));
    }
    const NetworkSet set(networks);
    for (int i = 0; i < 5000; ++i) {
        const std::uint32_t bits = random();
        const auto address = IpAddress::from_v4(&bits);
        const bool expected =
            std::any_of(networks.begin(), networks.end(), [&](const auto& n) { return n.contains(address); });
        ASSERT_EQ(set.contains(address), expected) << address.to_string();
    }
}

}  // namespace
}  // namespace fairway::routing
