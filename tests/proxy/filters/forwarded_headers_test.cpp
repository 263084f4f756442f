// The table of fields that ingress-nginx sends to endpoints, and whom it believes.
#include "proxy/filters/forwarded_headers.hpp"

#include <gtest/gtest.h>

#include "proxy/filters/request_id.hpp"
#include "proxy/request_builder.hpp"

namespace fairway::proxy {
namespace {

using routing::ForwardedSettings;

IpNetwork network(std::string_view text) { return IpNetwork::parse(text).value(); }
IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

constexpr std::string_view kPeer = "10.0.0.9";

RequestOrigin plain() { return {.peer = address(kPeer), .peer_text = kPeer, .local_port = 80}; }
RequestOrigin secure() { return {.peer = address(kPeer), .peer_text = kPeer, .local_port = 8443, .tls = true}; }

ForwardedSettings trusting_all() {
    ForwardedSettings settings;
    settings.use_forwarded_headers = true;
    settings.trusted_proxies = {network("0.0.0.0/0")};
    return settings;
}

std::string written(const RequestHead& head, const RequestOrigin& origin, const ForwardedSettings& settings,
                    std::string_view request_id = "id") {
    auto values = forwarded_values(head, origin, settings);
    if (values.request_id.empty()) values.request_id = request_id;
    OutBuffer out;
    write_forwarded_fields(out, head, values, settings);
    return std::string(out.view());
}

constexpr std::string_view kSpoofed =
    "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Host: evil, other\r\nX-Forwarded-Port: 1234\r\n"
    "X-Forwarded-Proto: myproto\r\n";

TEST(ForwardedFields, DescribeTheConnectionByDefault) {
    EXPECT_EQ(written(make_request("").head, plain(), {}),
              "X-Request-ID: id\r\nX-Real-IP: 10.0.0.9\r\nX-Forwarded-For: 10.0.0.9\r\n"
              "X-Forwarded-Host: in.example:8080\r\nX-Forwarded-Port: 80\r\nX-Forwarded-Proto: http\r\n"
              "X-Forwarded-Scheme: http\r\nX-Scheme: http\r\n");
}

TEST(ForwardedFields, CallTheTlsListenerByItsPublicPort) {
    const auto text = written(make_request("").head, secure(), {});
    EXPECT_NE(
        text.find(
            "X-Forwarded-Port: 443\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Scheme: https\r\nX-Scheme: https\r\n"),
        std::string::npos)
        << text;
}

TEST(ForwardedFields, AreNotBelievedUnlessConfigured) {
    const auto request = make_request(kSpoofed);
    EXPECT_EQ(written(request.head, plain(), {}),
              "X-Request-ID: id\r\nX-Real-IP: 10.0.0.9\r\nX-Forwarded-For: 10.0.0.9\r\n"
              "X-Forwarded-Host: in.example:8080\r\nX-Forwarded-Port: 80\r\nX-Forwarded-Proto: http\r\n"
              "X-Forwarded-Scheme: http\r\nX-Scheme: http\r\nX-Original-Forwarded-For: 1.2.3.4\r\n"
              "X-Original-Forwarded-Host: evil, other\r\n");
}

TEST(ForwardedFields, AreBelievedWithUseForwardedHeaders) {
    const auto request = make_request(kSpoofed);
    EXPECT_EQ(
        written(request.head, plain(), trusting_all()),
        "X-Request-ID: id\r\nX-Real-IP: 1.2.3.4\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Host: evil\r\n"
        "X-Forwarded-Port: 1234\r\nX-Forwarded-Proto: myproto\r\nX-Forwarded-Scheme: myproto\r\nX-Scheme: myproto\r\n"
        "X-Original-Forwarded-For: 1.2.3.4\r\nX-Original-Forwarded-Host: evil, other\r\n");
}

TEST(ForwardedFields, GiveOnlyTheAddressWithRealIp) {
    ForwardedSettings settings = trusting_all();
    settings.use_forwarded_headers = false;
    settings.enable_real_ip = true;
    const auto request = make_request(kSpoofed);
    const auto values = forwarded_values(request.head, plain(), settings);
    EXPECT_EQ(values.client_ip(), "1.2.3.4");
    EXPECT_EQ(values.host, "in.example:8080");
    EXPECT_EQ(values.port(), "80");
    EXPECT_EQ(values.scheme, "http");
}

TEST(ForwardedFields, KeepTheFullListWhenAsked) {
    ForwardedSettings settings = trusting_all();
    settings.compute_full_forwarded_for = true;
    const auto one = make_request("X-Forwarded-For: 1.2.3.4, 5.6.7.8\r\nX-Forwarded-For: 9.9.9.9\r\n");
    EXPECT_NE(written(one.head, plain(), settings).find("X-Forwarded-For: 1.2.3.4, 5.6.7.8, 9.9.9.9, 10.0.0.9\r\n"),
              std::string::npos);
    const auto none = make_request("");
    EXPECT_NE(written(none.head, plain(), settings).find("X-Forwarded-For: 10.0.0.9\r\n"), std::string::npos);

    settings.use_forwarded_headers = false;
    EXPECT_NE(written(one.head, plain(), settings).find("X-Forwarded-For: 10.0.0.9\r\n"), std::string::npos);
}

TEST(ForwardedFields, IgnoreAForwardedHostThatIsNone) {
    for (const char* host : {"a b", "evil/path", "user@evil", ", evil"}) {
        const auto request = make_request("X-Forwarded-Host: " + std::string(host) + "\r\n");
        EXPECT_EQ(forwarded_values(request.head, plain(), trusting_all()).host, "in.example:8080") << host;
    }
}

TEST(ForwardedFields, TakeTheIncomingRequestId) {
    const auto request = make_request("X-Request-ID: abc\r\n");
    EXPECT_EQ(forwarded_values(request.head, plain(), {}).request_id, "abc");
    const auto without = make_request("X-Request-ID:\r\n");
    EXPECT_EQ(forwarded_values(without.head, plain(), {}).request_id, "");
    EXPECT_EQ(written(make_request("").head, plain(), {}, "").find("X-Request-ID"), std::string::npos);
}

TEST(ForwardedFields, AddTheOriginalUriWhenAsked) {
    ForwardedSettings settings;
    settings.add_original_uri = true;
    const auto request = make_request("X-Original-URI: /spoofed\r\n");
    EXPECT_NE(written(request.head, plain(), settings).find("X-Original-URI: /a?b\r\n"), std::string::npos);
    EXPECT_TRUE(is_replaced(FieldId::x_original_uri, settings));
    EXPECT_FALSE(is_replaced(FieldId::x_original_uri, {}));
}

struct RealIpCase {
    const char* name;
    const char* fields;
    const char* header;
    const char* trusted;
    const char* client;
};

class RealIp : public testing::TestWithParam<RealIpCase> {};

TEST_P(RealIp, WalksFromTheRight) {
    const auto& c = GetParam();
    ForwardedSettings settings;
    settings.enable_real_ip = true;
    settings.forwarded_for_header = c.header;
    settings.trusted_proxies = {network(c.trusted)};
    const auto request = make_request(c.fields);
    const auto values = forwarded_values(request.head, plain(), settings);
    EXPECT_EQ(values.client_ip(), c.client);
    EXPECT_EQ(values.client.to_string(), c.client);
}

const RealIpCase kRealIpCases[] = {
    {"LeftmostWhenAllAreTrusted", "X-Forwarded-For: 1.1.1.1, 2.2.2.2, 10.0.0.1\r\n", "X-Forwarded-For", "0.0.0.0/0",
     "1.1.1.1"},
    {"FirstUntrusted", "X-Forwarded-For: 1.1.1.1, 2.2.2.2, 10.0.0.1\r\n", "X-Forwarded-For", "10.0.0.0/8", "2.2.2.2"},
    {"PeerWhenItIsNotTrusted", "X-Forwarded-For: 1.1.1.1\r\n", "X-Forwarded-For", "192.168.0.0/16", "10.0.0.9"},
    {"PeerWithoutField", "", "X-Forwarded-For", "0.0.0.0/0", "10.0.0.9"},
    {"PeerWhenFieldIsJunk", "X-Forwarded-For: unknown\r\n", "X-Forwarded-For", "0.0.0.0/0", "10.0.0.9"},
    {"StopsAtJunk", "X-Forwarded-For: 1.1.1.1, unknown, 2.2.2.2\r\n", "X-Forwarded-For", "0.0.0.0/0", "2.2.2.2"},
    {"SkipsEmptyElements", "X-Forwarded-For: ,1.1.1.1,, ,\r\n", "X-Forwarded-For", "0.0.0.0/0", "1.1.1.1"},
    {"LastFieldFirst", "X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2\r\n", "X-Forwarded-For", "10.0.0.0/8",
     "2.2.2.2"},
    {"OnToEarlierFields", "X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 10.2.2.2\r\n", "X-Forwarded-For", "10.0.0.0/8",
     "1.1.1.1"},
    {"AnotherHeader", "CF-Connecting-IP: 3.3.3.3\r\nX-Forwarded-For: 1.1.1.1\r\n", "cf-connecting-ip", "0.0.0.0/0",
     "3.3.3.3"},
    {"KnownOtherHeader", "X-Real-IP: 3.3.3.3\r\nX-Forwarded-For: 1.1.1.1\r\n", "X-Real-IP", "0.0.0.0/0", "3.3.3.3"},
    {"WithPort", "X-Forwarded-For: 1.1.1.1:5000\r\n", "X-Forwarded-For", "0.0.0.0/0", "1.1.1.1"},
    {"V6", "X-Forwarded-For: 2001:DB8:0::1\r\n", "X-Forwarded-For", "0.0.0.0/0", "2001:db8::1"},
    {"V6WithPort", "X-Forwarded-For: [2001:db8::1]:443\r\n", "X-Forwarded-For", "0.0.0.0/0", "2001:db8::1"},
    {"V6IsNotTrustedByV4Network", "X-Forwarded-For: 1.1.1.1, 2001:db8::1\r\n", "X-Forwarded-For", "0.0.0.0/0",
     "2001:db8::1"},
    {"V4MappedInV6", "X-Forwarded-For: ::ffff:1.1.1.1\r\n", "X-Forwarded-For", "0.0.0.0/0", "1.1.1.1"},
    {"UnclosedBracket", "X-Forwarded-For: [2001:db8::1\r\n", "X-Forwarded-For", "0.0.0.0/0", "10.0.0.9"},
};
auto name_of = [](const auto& info) { return std::string(info.param.name); };
INSTANTIATE_TEST_SUITE_P(Lists, RealIp, testing::ValuesIn(kRealIpCases), name_of);

TEST(ForwardedValues, SurviveACopy) {
    ForwardedSettings settings = trusting_all();
    const auto request = make_request("X-Forwarded-For: 2001:db8::1\r\n");
    auto original = std::make_unique<ForwardedValues>(forwarded_values(request.head, plain(), settings));
    const ForwardedValues copy = *original;
    original.reset();
    EXPECT_EQ(copy.client_ip(), "2001:db8::1");
    EXPECT_EQ(copy.port(), "80");
}

TEST(RequestId, Is32LowerCaseHexDigits) {
    std::array<char, 32> text;
    EXPECT_EQ(format_request_id(0x0123456789abcdef, 0xfedcba9876543210, text), "0123456789abcdeffedcba9876543210");
    EXPECT_EQ(format_request_id(0, 1, text), "00000000000000000000000000000001");
}

}  // namespace
}  // namespace fairway::proxy
