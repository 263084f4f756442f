#include "base/line_limit.hpp"

#include <gtest/gtest.h>

namespace fairway::log {

namespace {

using namespace std::chrono_literals;

TEST(LineLimit, OneLineASecondTellsOfThoseLeftOut) {
    LineLimit limit;
    const LineLimit::TimePoint start{100s};
    EXPECT_EQ(limit.admit(start), 0u);
    EXPECT_EQ(limit.admit(start + 1ms), std::nullopt);
    EXPECT_EQ(limit.admit(start + 999ms), std::nullopt);
    EXPECT_EQ(limit.admit(start + 1s), 2u);
    EXPECT_EQ(limit.admit(start + 5s), 0u);
}

TEST(LineLimit, SeveralLinesASecond) {
    LineLimit limit(2);
    const LineLimit::TimePoint start{100s};
    EXPECT_EQ(limit.admit(start), 0u);
    EXPECT_EQ(limit.admit(start + 1ms), 0u);
    EXPECT_EQ(limit.admit(start + 2ms), std::nullopt);
    EXPECT_EQ(limit.admit(start + 1s), 1u);
    EXPECT_EQ(limit.admit(start + 1001ms), 0u);
    EXPECT_EQ(limit.admit(start + 1002ms), std::nullopt);
}

}  // namespace

}  // namespace fairway::log
