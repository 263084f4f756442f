// The PROXY protocol, versions 1 and 2, byte by byte.
#include "proxy/l4/proxy_header.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fairway::proxy::l4 {
namespace {

constexpr std::string_view kSignature("\r\n\r\n\0\r\nQUIT\n", 12);

SocketAddress address(const char* text) { return *SocketAddress::parse(text); }

std::string bytes(std::initializer_list<int> values) {
    std::string text;
    for (const int value : values) text += static_cast<char>(value);
    return text;
}

std::string v2(int command, int family, const std::string& block) {
    return std::string(kSignature) +
           bytes({command, family, static_cast<int>(block.size() >> 8), static_cast<int>(block.size() & 255)}) + block;
}

const std::string kV4Block = bytes({192, 0, 2, 1, 198, 51, 100, 2, 0x30, 0x39, 0x01, 0xbb});
const std::string kV6Block = bytes({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,  //
                                    0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 80, 0, 81});

struct Good {
    const char* name;
    std::string header;
    const char* source;  ///< null: the connection's own addresses
    const char* destination;
};

const Good kGood[] = {
    {"V1Tcp4", "PROXY TCP4 192.0.2.1 198.51.100.2 12345 443\r\n", "192.0.2.1:12345", "198.51.100.2:443"},
    {"V1Tcp6", "PROXY TCP6 2001:db8::1 2001:db8::2 1 65535\r\n", "[2001:db8::1]:1", "[2001:db8::2]:65535"},
    {"V1Unknown", "PROXY UNKNOWN\r\n", nullptr, nullptr},
    {"V1UnknownWithMore", "PROXY UNKNOWN ffff::1 what ever 1 2\r\n", nullptr, nullptr},
    {"V2Tcp4", v2(0x21, 0x11, kV4Block), "192.0.2.1:12345", "198.51.100.2:443"},
    {"V2Tcp6", v2(0x21, 0x21, kV6Block), "[2001:db8::1]:80", "[2001:db8::2]:81"},
    {"V2Extensions", v2(0x21, 0x11, kV4Block + bytes({1, 0, 2, 'h', '2', 4, 0, 0})), "192.0.2.1:12345",
     "198.51.100.2:443"},
    {"V2Local", v2(0x20, 0x00, ""), nullptr, nullptr},
    {"V2LocalWithAddresses", v2(0x20, 0x11, kV4Block), nullptr, nullptr},
    {"V2Unspecified", v2(0x21, 0x00, "whatever"), nullptr, nullptr},
    {"V2LargestExtension", v2(0x21, 0x11, kV4Block + bytes({4, 0x0f, 0xe1}) + std::string(0x0fe1, 'x')),
     "192.0.2.1:12345", "198.51.100.2:443"},
};

class GoodHeader : public testing::TestWithParam<Good> {};

TEST_P(GoodHeader, IsTakenOffTheConnection) {
    const auto& [name, header, source, destination] = GetParam();
    const auto parsed = parse_proxy_header(header + "GET /");
    ASSERT_EQ(parsed.status, ProxyHeaderStatus::complete);
    EXPECT_EQ(parsed.consumed, header.size());
    ASSERT_EQ(parsed.header.addresses.has_value(), source != nullptr);
    if (source == nullptr) return;
    EXPECT_EQ(parsed.header.addresses->source, address(source));
    EXPECT_EQ(parsed.header.addresses->destination, address(destination));
}

TEST_P(GoodHeader, IsIncompleteUntilItsLastByte) {
    const auto& header = GetParam().header;
    for (std::size_t size = 0; size < header.size(); ++size)
        EXPECT_EQ(parse_proxy_header(std::string_view(header).substr(0, size)).status, ProxyHeaderStatus::incomplete)
            << size;
}

const auto kName = [](const auto& info) { return info.param.name; };
INSTANTIATE_TEST_SUITE_P(ProxyHeader, GoodHeader, testing::ValuesIn(kGood), kName);

struct Bad {
    const char* name;
    std::string bytes;
};

const Bad kBad[] = {
    {"NoHeader", "GET / HTTP/1.1\r\n"},
    {"WrongFirstByte", "X"},
    {"LowerCase", "proxy TCP4 192.0.2.1 198.51.100.2 1 2\r\n"},
    {"V1NoCarriageReturn", "PROXY TCP4 192.0.2.1 198.51.100.2 1 2\n"},
    {"V1Empty", "PROXY \r\n"},
    {"V1Family", "PROXY TCP5 192.0.2.1 198.51.100.2 1 2\r\n"},
    {"V1Udp", "PROXY UDP4 192.0.2.1 198.51.100.2 1 2\r\n"},
    {"V1AddressOfOtherFamily", "PROXY TCP4 2001:db8::1 198.51.100.2 1 2\r\n"},
    {"V1V4InTcp6", "PROXY TCP6 192.0.2.1 198.51.100.2 1 2\r\n"},
    {"V1Name", "PROXY TCP4 example.com 198.51.100.2 1 2\r\n"},
    {"V1TwoSpaces", "PROXY TCP4  192.0.2.1 198.51.100.2 1 2\r\n"},
    {"V1SpaceAtEnd", "PROXY TCP4 192.0.2.1 198.51.100.2 1 2 \r\n"},
    {"V1PortMissing", "PROXY TCP4 192.0.2.1 198.51.100.2 1\r\n"},
    {"V1PortTooHigh", "PROXY TCP4 192.0.2.1 198.51.100.2 1 65536\r\n"},
    {"V1PortNegative", "PROXY TCP4 192.0.2.1 198.51.100.2 -1 2\r\n"},
    {"V1PortZeros", "PROXY TCP4 192.0.2.1 198.51.100.2 01 2\r\n"},
    {"V1PortHex", "PROXY TCP4 192.0.2.1 198.51.100.2 0x1 2\r\n"},
    {"V1TooLong", "PROXY UNKNOWN " + std::string(200, 'x')},
    {"V2Version", std::string(kSignature) + bytes({0x31, 0x11, 0, 12}) + kV4Block},
    {"V2Command", v2(0x22, 0x11, kV4Block)},
    {"V2Datagrams", v2(0x21, 0x12, kV4Block)},
    {"V2Unix", v2(0x21, 0x31, std::string(216, 'x'))},
    {"V2ShortAddresses", v2(0x21, 0x11, kV4Block.substr(1))},
    {"V2ShortAddresses6", v2(0x21, 0x21, kV4Block)},
    {"V2ExtensionTooLong", v2(0x21, 0x11, kV4Block + bytes({1, 0, 3, 'h', '2'}))},
    {"V2ExtensionCut", v2(0x21, 0x11, kV4Block + bytes({1, 0}))},
    {"V2TooLong", std::string(kSignature) + bytes({0x21, 0x11, 0xff, 0xff})},
};

class BadHeader : public testing::TestWithParam<Bad> {};

TEST_P(BadHeader, IsRefused) { EXPECT_EQ(parse_proxy_header(GetParam().bytes).status, ProxyHeaderStatus::malformed); }

INSTANTIATE_TEST_SUITE_P(ProxyHeader, BadHeader, testing::ValuesIn(kBad), kName);

TEST(ProxyHeaderWriter, WritesVersion1) {
    std::array<char, kMaxProxyHeaderV1> out;
    EXPECT_EQ(write_proxy_header({address("192.0.2.1:12345"), address("198.51.100.2:443")}, out),
              "PROXY TCP4 192.0.2.1 198.51.100.2 12345 443\r\n");
    EXPECT_EQ(write_proxy_header({address("[2001:db8::1]:1"), address("[2001:db8::2]:65535")}, out),
              "PROXY TCP6 2001:db8::1 2001:db8::2 1 65535\r\n");
    EXPECT_EQ(write_proxy_header({address("192.0.2.1:1"), address("[2001:db8::2]:2")}, out), "PROXY UNKNOWN\r\n");
    const auto longest = address("[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
    const auto written = write_proxy_header({longest, longest}, out);
    EXPECT_EQ(written.size(), 104u);
    EXPECT_EQ(parse_proxy_header(written).header.addresses, (ProxyHeader::Addresses{longest, longest}));
}

}  // namespace
}  // namespace fairway::proxy::l4
