#include "base/ascii.hpp"

#include <gtest/gtest.h>

namespace fairway::ascii {
namespace {

TEST(Ascii, EqualWhenOnlyTheCaseOfLettersDiffers) {
    EXPECT_TRUE(iequals("", ""));
    EXPECT_TRUE(iequals("Host", "hOST"));
    EXPECT_TRUE(iequals("access-control-ALLOW-methods", "Access-Control-Allow-Methods"));
    EXPECT_FALSE(iequals("Access-Control-Allow-Headers", "Access-Control-Allow-Methods"));
    EXPECT_FALSE(iequals("X-Long-Name-A", "X-Long-Name-B"));
    EXPECT_FALSE(iequals("Host", "Host "));
}

// Bytes that differ as capital and small letters do, but are none.
TEST(Ascii, OtherBytesHaveNoCase) {
    for (const auto* other : {"12345678`", "`2345678@", "{2345678@", "1234567{@"})
        EXPECT_FALSE(iequals("12345678@", other)) << other;
    EXPECT_FALSE(iequals("[2345678", "{2345678"));
    EXPECT_FALSE(iequals("\r2345678", "-2345678"));
    EXPECT_FALSE(iequals(std::string_view("\0002345678", 8), std::string_view(" 2345678", 8)));
    EXPECT_FALSE(iequals("\xc4", "\xe4"));
}

}  // namespace
}  // namespace fairway::ascii
