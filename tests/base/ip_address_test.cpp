#include "base/ip_address.hpp"

#include <gtest/gtest.h>

namespace fairway {
namespace {

TEST(IpAddress, ReadsAndWritesBothFamilies) {
    EXPECT_EQ(IpAddress::parse("192.0.2.1")->to_string(), "192.0.2.1");
    EXPECT_EQ(IpAddress::parse("2001:DB8:0::1")->to_string(), "2001:db8::1");
}

TEST(IpAddress, StoresMappedIpv4AsIpv4) {
    EXPECT_EQ(*IpAddress::parse("::ffff:192.0.2.1"), *IpAddress::parse("192.0.2.1"));
}

TEST(IpAddress, RefusesWhatIsNotAnAddress) {
    for (const auto* text : {"", "localhost", "1.2.3", "1.2.3.4.5", "256.0.0.1", "[::1]", "::1%eth0", " 1.2.3.4"})
        EXPECT_FALSE(IpAddress::parse(text)) << text;
    EXPECT_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0", 8)));
}

TEST(SocketAddress, NeedsBracketsAroundIpv6) {
    EXPECT_EQ(SocketAddress::parse("[::1]:443")->to_string(), "[::1]:443");
    EXPECT_EQ(SocketAddress::parse("127.0.0.1:80")->port, 80);
    for (const auto* text : {"::1:443", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:", "[]:80"})
        EXPECT_FALSE(SocketAddress::parse(text)) << text;
}

TEST(IpNetwork, ContainsByPrefixAndFamily) {
    const auto network = *IpNetwork::parse("10.1.2.3/9");
    EXPECT_EQ(network.to_string(), "10.0.0.0/9");
    EXPECT_TRUE(network.contains(*IpAddress::parse("10.127.255.255")));
    EXPECT_FALSE(network.contains(*IpAddress::parse("10.128.0.0")));
    EXPECT_TRUE(IpNetwork::parse("0.0.0.0/0")->contains(*IpAddress::parse("203.0.113.9")));
    EXPECT_FALSE(IpNetwork::parse("0.0.0.0/0")->contains(*IpAddress::parse("2001:db8::1")));
    EXPECT_TRUE(IpNetwork::parse("2001:db8::1")->contains(*IpAddress::parse("2001:db8::1")));
    EXPECT_FALSE(IpNetwork::parse("10.0.0.0/33"));
    EXPECT_FALSE(IpNetwork::parse("10.0.0.0/"));
}

}  // namespace
}  // namespace fairway
