// Which answers to an upgrade are what was asked for.
#include "proxy/upgrade.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fairway::proxy {
namespace {

std::string accept_of(std::string_view key) {
    const auto accept = websocket_accept(key);
    return {accept.data(), accept.size()};
}

// The example of RFC 6455 section 1.3.
TEST(WebSocketKey, HasTheAcceptOfTheRfc) {
    EXPECT_EQ(accept_of("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(WebSocketKey, IsAnotherEachTime) { EXPECT_NE(make_websocket_key(), make_websocket_key()); }

bool fits(std::string_view asked, std::uint16_t status, std::string_view named = "", std::string_view key = "",
          const std::string& accept = "") {
    RequestHead request;
    request.upgrade = asked;
    request.websocket_key = key;
    ResponseHead response;
    response.status = status;
    response.upgrade = named;
    if (!accept.empty()) response.fields.push_back({"Sec-WebSocket-Accept", accept});
    return fits_upgrade(request, response);
}

TEST(Upgrade, IsToAProtocolOfTheList) {
    EXPECT_TRUE(fits("websocket", 101, "WebSocket"));
    EXPECT_TRUE(fits("a/1 , b/2", 101, "b/2"));
    EXPECT_FALSE(fits("websocket", 101, "h2c"));
    EXPECT_FALSE(fits("a/1, b/2", 101, "a/1, b/2"));
    EXPECT_FALSE(fits("websocket", 101, ""));
    EXPECT_FALSE(fits("", 101, "websocket"));
    EXPECT_FALSE(fits("", 101, ""));
}

TEST(Upgrade, OtherAnswersPassWhereTheClientSeesTheStatus) {
    for (const std::uint16_t status : {200, 204, 304, 403, 500}) {
        EXPECT_TRUE(fits("", status));
        EXPECT_TRUE(fits("websocket", status));
    }
}

TEST(Upgrade, WithAKeyOfOursOnlyAProvenOneSucceeds) {
    const std::string key = "dGhlIHNhbXBsZSBub25jZQ==";
    EXPECT_TRUE(fits("websocket", 101, "websocket", key, accept_of(key)));
    EXPECT_FALSE(fits("websocket", 101, "websocket", key));
    EXPECT_FALSE(fits("websocket", 101, "websocket", key, accept_of("another")));
    EXPECT_FALSE(fits("websocket", 101, "h2c", key, accept_of(key)));
    for (const std::uint16_t status : {200, 204, 299}) EXPECT_FALSE(fits("websocket", status, "", key)) << status;
    for (const std::uint16_t status : {302, 403, 503}) EXPECT_TRUE(fits("websocket", status, "", key)) << status;
}

}  // namespace
}  // namespace fairway::proxy
