#include "proxy/upstream/keyed_endpoints.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace fairway::proxy {
namespace {

routing::EndpointSet endpoints(int count, int first = 1) {
    routing::EndpointSet set;
    for (int i = 0; i < count; ++i)
        set.endpoints.push_back({{*IpAddress::parse("10.0.0." + std::to_string(first + i)), 80}, ""});
    return set;
}

// printf %s "$(printf %s default-web-80 | md5sum | cut -c1-32)default-web-80" | md5sum
TEST(KeyedEndpoints, TagIsIngressNginxs) {
    EXPECT_EQ(KeyedEndpoints("default-web-80").tag(), "6cde5721ec2c7e2bce07cff7d0e4ac37");
    EXPECT_NE(KeyedEndpoints("default-api-80").tag(), KeyedEndpoints("default-web-80").tag());
}

TEST(KeyedEndpoints, NamesFollowTheEndpoints) {
    KeyedEndpoints keyed("default-web-80");
    const auto two = endpoints(2);
    keyed.use(two, 1);
    const std::string name(keyed.name_of(two.endpoints[1]));
    EXPECT_EQ(name, "992af992597e2961d32bb4cbba5ba8a2");  // printf %s default-web-8010.0.0.2:80 | md5sum
    EXPECT_EQ(keyed.by_name(name), &two.endpoints[1]);
    EXPECT_EQ(keyed.by_name("nobody"), nullptr);
    const auto others = endpoints(2, 5);
    keyed.use(others, 2);
    EXPECT_EQ(keyed.by_name(name), nullptr);
    const auto more = endpoints(5);
    keyed.use(more, 3);
    EXPECT_EQ(keyed.by_name(name), &more.endpoints[1]);
}

TEST(KeyedEndpoints, FailuresGoOnAlongTheRing) {
    KeyedEndpoints keyed("b");
    const auto set = endpoints(3);
    keyed.use(set, 1);
    std::vector<SocketAddress> tried;
    std::set<SocketAddress> seen;
    for (int i = 0; i < 3; ++i) {
        tried.push_back(keyed.by_key("key", tried).address);
        seen.insert(tried.back());
    }
    EXPECT_EQ(seen.size(), 3u);
    EXPECT_EQ(keyed.by_key("key", tried).address, tried.front()) << "all were tried: the first again";
}

TEST(KeyedEndpoints, SubsetsCoverEverythingInGroupsOfOneSize) {
    Random random(1);
    KeyedEndpoints keyed("b");
    const auto set = endpoints(7);
    keyed.use(set, 1);
    std::map<std::string, std::set<SocketAddress>> groups;
    for (int key = 0; key < 40; ++key)
        for (int i = 0; i < 40; ++i)
            groups[std::to_string(key)].insert(keyed.by_subset(std::to_string(key), 3, {}, random).address);
    std::set<std::set<SocketAddress>> distinct;
    std::set<SocketAddress> all;
    for (const auto& [key, group] : groups) {
        EXPECT_EQ(group.size(), 3u) << key;
        distinct.insert(group);
        all.insert(group.begin(), group.end());
    }
    EXPECT_EQ(distinct.size(), 3u);
    EXPECT_EQ(all.size(), 7u);
}

TEST(KeyedEndpoints, SubsetThatFailedIsLeft) {
    Random random(1);
    KeyedEndpoints keyed("b");
    const auto set = endpoints(4);
    keyed.use(set, 1);
    std::vector<SocketAddress> tried;
    std::set<SocketAddress> seen;
    for (int i = 0; i < 4; ++i) {
        tried.push_back(keyed.by_subset("key", 2, tried, random).address);
        seen.insert(tried.back());
    }
    EXPECT_EQ(seen.size(), 4u);
    EXPECT_EQ(keyed.by_subset("key", 9, {}, random).address.port, 80) << "groups larger than the set";
}

}  // namespace
}  // namespace fairway::proxy
