#include "ingress/exposure/cluster_address.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

namespace fairway::ingress {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

k8s::Service service(const std::string& name, const std::string& cluster_ip = "") {
    k8s::Service service;
    service.meta.name = {"default", name};
    service.cluster_ip = cluster_ip;
    return service;
}

std::vector<k8s::ObjectName> put(ClusterAddresses& addresses, const k8s::Service& service) {
    return addresses.update({{service.meta.name, &service}});
}

IpAddress ip(const char* text) { return IpAddress::parse(text).value(); }

TEST(PreferredClusterAddress, NeverChanges) {
    // Users write these into notes and hosts files.
    EXPECT_EQ(preferred_cluster_address({"default", "kubia"}).to_string(), "127.101.72.147");
    EXPECT_EQ(preferred_cluster_address({"shop", "kubia"}).to_string(), "127.97.78.97");
}

TEST(PreferredClusterAddress, KeepsOutOfCommonOnes) {
    for (int i = 0; i < 20'000; ++i) {
        const auto address = preferred_cluster_address({"default", fmt::format("service-{}", i)});
        ASSERT_TRUE(address.is_loopback());
        ASSERT_NE(address.bytes[1], 0) << address.to_string();
        ASSERT_NE(address.bytes[3], 0) << address.to_string();
        ASSERT_NE(address.bytes[3], 255) << address.to_string();
    }
}

TEST(ClusterAddresses, HeadlessAndExternalNamesHaveNone) {
    ClusterAddresses addresses;
    auto external = service("external");
    external.type = k8s::ServiceType::external_name;
    put(addresses, external);
    put(addresses, service("headless", "None"));
    EXPECT_FALSE(addresses.of({"default", "external"}));
    EXPECT_FALSE(addresses.of({"default", "headless"}));
}

TEST(ClusterAddresses, LoopbackClusterIpIsUsedAsGiven) {
    ClusterAddresses addresses;
    put(addresses, service("given", "127.1.2.3"));
    put(addresses, service("elsewhere", "10.96.0.1"));
    EXPECT_EQ(addresses.of({"default", "given"}), ip("127.1.2.3"));
    EXPECT_EQ(addresses.of({"default", "elsewhere"}), preferred_cluster_address({"default", "elsewhere"}));
    EXPECT_EQ(*addresses.owner_of(ip("127.1.2.3")), (k8s::ObjectName{"default", "given"}));
}

TEST(ClusterAddresses, GivenAddressMovesWhoDerivedIt) {
    ClusterAddresses addresses;
    const auto kubia = preferred_cluster_address({"default", "kubia"});
    put(addresses, service("kubia"));
    EXPECT_THAT(put(addresses, service("given", kubia.to_string())), ElementsAre(k8s::ObjectName{"default", "kubia"}));
    EXPECT_EQ(addresses.of({"default", "given"}), kubia);
    ASSERT_TRUE(addresses.of({"default", "kubia"}));
    EXPECT_NE(addresses.of({"default", "kubia"}), kubia);
}

TEST(ClusterAddresses, MovedServiceKeepsItsNewAddress) {
    ClusterAddresses addresses;
    const auto preferred = preferred_cluster_address({"default", "kubia"});
    const auto given = service("given", preferred.to_string());
    const auto kubia = service("kubia");
    EXPECT_THAT(addresses.update({{given.meta.name, &given}, {kubia.meta.name, &kubia}}), IsEmpty());
    const auto moved = addresses.of(kubia.meta.name);
    addresses.update({{given.meta.name, nullptr}});
    put(addresses, kubia);
    EXPECT_EQ(addresses.of(kubia.meta.name), moved);
    EXPECT_EQ(addresses.owner_of(preferred), nullptr);
}

TEST(ClusterAddresses, AddressComesBackWithItsService) {
    ClusterAddresses addresses;
    const auto kubia = service("kubia");
    put(addresses, kubia);
    const auto before = addresses.of(kubia.meta.name);
    addresses.update({{kubia.meta.name, nullptr}});
    EXPECT_FALSE(addresses.of(kubia.meta.name));
    put(addresses, kubia);
    EXPECT_EQ(addresses.of(kubia.meta.name), before);
}

TEST(ClusterAddresses, TenThousandServicesHaveOneEach) {
    std::vector<k8s::Service> services;
    std::map<k8s::ObjectName, const k8s::Service*> changed;
    for (int i = 0; i < 10'000; ++i) services.push_back(service(fmt::format("service-{}", i)));
    for (const auto& each : services) changed[each.meta.name] = &each;
    ClusterAddresses addresses;
    addresses.update(changed);
    std::set<IpAddress> seen;
    for (const auto& [name, each] : changed) EXPECT_TRUE(seen.insert(addresses.of(name).value()).second);
}

}  // namespace
}  // namespace fairway::ingress
