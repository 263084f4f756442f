// What is a gRPC call, how long it may take, and what the proxy's own answers are to it.
#include "proxy/filters/grpc.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fairway::proxy {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

RequestHead call(std::string_view content_type = "application/grpc") {
    RequestHead head;
    head.version = Version::http_2;
    head.fields.push_back({"content-type", content_type, FieldId::content_type});
    return head;
}

TEST(Grpc, CallsAreKnownByTheirContentType) {
    for (const char* type : {"application/grpc", "application/grpc+proto", "application/grpc+json", "Application/GRPC",
                             "application/grpc;charset=utf-8"})
        EXPECT_TRUE(is_grpc_call(call(type))) << type;
    for (const char* type : {"application/grpc-web", "application/grpc-web+proto", "application/grpc-web-text",
                             "application/grpcs", "application/gr", "application/json", ""})
        EXPECT_FALSE(is_grpc_call(call(type))) << type;
}

TEST(Grpc, IsForHttp2AndNotForTunnels) {
    RequestHead head = call();
    head.version = Version::http_1_1;
    EXPECT_FALSE(is_grpc_call(head));
    head = call();
    head.upgrade = "websocket";
    EXPECT_FALSE(is_grpc_call(head)) << "a 200 would open the tunnel";
    head = call();
    head.fields.clear();
    EXPECT_FALSE(is_grpc_call(head));
}

TEST(Grpc, StatusesAreThoseOfTheMapping) {
    const std::pair<int, int> kTable[] = {{400, 13}, {401, 16}, {403, 7},  {404, 12}, {408, 4},  {413, 8},
                                          {414, 8},  {431, 8},  {429, 14}, {501, 12}, {502, 14}, {503, 14},
                                          {504, 14}, {308, 2},  {301, 2},  {500, 2},  {418, 2}};
    for (const auto& [http, grpc] : kTable)
        EXPECT_EQ(static_cast<int>(grpc_status_of(static_cast<std::uint16_t>(http))), grpc) << http;
}

std::optional<milliseconds> timeout_of(std::string_view text) {
    RequestHead head = call();
    head.fields.push_back({"grpc-timeout", text});
    return grpc_timeout(head);
}

TEST(Grpc, TimeoutsHaveUnits) {
    EXPECT_EQ(timeout_of("2H"), 2h);
    EXPECT_EQ(timeout_of("3M"), 3min);
    EXPECT_EQ(timeout_of("4S"), 4s);
    EXPECT_EQ(timeout_of("500m"), 500ms);
    EXPECT_EQ(timeout_of("00000005m"), 5ms);
    EXPECT_EQ(timeout_of("1500u"), 2ms) << "never less than asked for";
    EXPECT_EQ(timeout_of("1n"), 1ms);
    EXPECT_EQ(timeout_of("99999999n"), 100ms);
    EXPECT_EQ(timeout_of("99999999H"), 24h * 365);
}

TEST(Grpc, TimeoutsAreReadStrictly) {
    for (const char* bad : {"", "5", "S", "123456789S", "-5S", "+5S", " 5S", "5 S", "5S ", "5s", "5h", "5x", "1.5S",
                            "0x5S", "0S", "00000000m", "5SS", "S5"})
        EXPECT_EQ(timeout_of(bad), std::nullopt) << bad;
    RequestHead web = call("application/grpc-web");
    web.fields.push_back({"grpc-timeout", "5S"});
    EXPECT_EQ(grpc_timeout(web), std::nullopt);
    EXPECT_EQ(grpc_timeout(call()), std::nullopt);
}

TEST(Grpc, MessagesArePercentEncoded) {
    OutBuffer out;
    append_grpc_message(out, "100% \xc3\xa4\r\n~ok");
    EXPECT_EQ(out.view(), "100%25 %C3%A4%0D%0A~ok");
}

TEST(Grpc, StatusOfAResponseIsANumber) {
    const auto status_in = [](std::string_view text) { return find_grpc_status({{"Grpc-Status", text}}); };
    EXPECT_EQ(status_in("0"), 0);
    EXPECT_EQ(status_in("14"), 14);
    for (const char* bad : {"", "x", "1x", "-1", "1000"}) EXPECT_EQ(status_in(bad), std::nullopt) << bad;
    EXPECT_EQ(find_grpc_status({}), std::nullopt);
}

}  // namespace
}  // namespace fairway::proxy
