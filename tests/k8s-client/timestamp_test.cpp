#include "k8s-client/objects/timestamp.hpp"

#include <gtest/gtest.h>

namespace fairway::k8s {
namespace {

TEST(Timestamp, Accepted) {
    EXPECT_EQ(parse_timestamp("1970-01-01T00:00:00Z"), 0);
    EXPECT_EQ(parse_timestamp("2026-07-01T12:00:00Z"), 1782907200);
    EXPECT_EQ(parse_timestamp("2026-07-01t12:00:00.999999z"), 1782907200);
    EXPECT_EQ(parse_timestamp("2026-07-01T14:30:00+02:30"), 1782907200);
    EXPECT_EQ(parse_timestamp("2026-07-01T07:00:00-05:00"), 1782907200);
    EXPECT_EQ(parse_timestamp("2024-02-29T00:00:00Z"), 1709164800);
    EXPECT_EQ(parse_timestamp("2016-12-31T23:59:60Z"), 1483228800);
    EXPECT_EQ(parse_timestamp("1969-12-31T23:59:59Z"), -1);
}

TEST(Timestamp, Refused) {
    for (const auto* text :
         {"", "yesterday", "2026-07-01", "2026-07-01 12:00:00Z", "2026-07-01T12:00:00", "2026-02-29T00:00:00Z",
          "2026-13-01T00:00:00Z", "2026-07-01T24:00:00Z", "2026-07-01T12:60:00Z", "2026-07-01T12:00:61Z",
          "2026-07-01T12:00:00.Z", "2026-07-01T12:00:00+24:00", "2026-07-01T12:00:00+02:60", "2026-07-01T12:00:00+0200",
          "26-07-01T12:00:00Z", "2026-07-01T12:00:00Zx", "2026-7-1T12:00:00Z"})
        EXPECT_EQ(parse_timestamp(text), std::nullopt) << text;
}

}  // namespace
}  // namespace fairway::k8s
