#include "proxy/http/out_buffer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fairway::proxy {
namespace {

TEST(OutBuffer, KeepsWhatWasAppendedWhileItGrows) {
    OutBuffer out;
    std::string expected;
    for (int i = 0; i < 2000; ++i) {
        out.append_field("Name", "value");
        expected += "Name: value\r\n";
        out.append_decimal(static_cast<std::uint64_t>(i));
        expected += std::to_string(i);
        out.append('.');
        expected += '.';
    }
    EXPECT_EQ(out.view(), expected);
}

TEST(OutBuffer, WritesTheLargestNumber) {
    OutBuffer out;
    out.append_decimal(~std::uint64_t{0});
    out.append_decimal(0);
    EXPECT_EQ(out.view(), "184467440737095516150");
}

TEST(OutBuffer, TakesEmptyViews) {
    OutBuffer out;
    out.append(std::string_view{});
    EXPECT_TRUE(out.empty());
    out.append_field("A", {});
    EXPECT_EQ(out.view(), "A: \r\n");
}

TEST(OutBuffer, KeepsItsMemoryUntilItIsTooLarge) {
    OutBuffer out;
    out.append(std::string(10000, 'x'));
    const auto capacity = out.capacity();
    out.clear();
    out.append("y");
    EXPECT_EQ(out.capacity(), capacity);
    out.shrink_if_above(capacity);
    EXPECT_EQ(out.view(), "y");
    out.shrink_if_above(capacity - 1);
    EXPECT_EQ(out.capacity(), 0U);
    out.append("z");
    EXPECT_EQ(out.view(), "z");
}

}  // namespace
}  // namespace fairway::proxy
