#include "base/log.hpp"

#include <gtest/gtest.h>

namespace fairway {
namespace {

std::string logged(auto&& write) {
    testing::internal::CaptureStderr();
    write();
    return testing::internal::GetCapturedStderr();
}

TEST(Log, WritesEventAndQuotesOnlyWhatNeedsIt) {
    const auto line = logged(
        [] { log::warn("route.refused", {{"ingress", "shop/web"}, {"reason", "no such Service"}, {"count", 3}}); });
    EXPECT_NE(line.find("route.refused ingress=shop/web reason=\"no such Service\" count=3\n"), std::string::npos)
        << line;
}

TEST(Log, UntrustedTextCannotForgeALine) {
    const auto line = logged([] { log::warn("x", {{"value", "a\nerror forged=\"1\"\x1b"}}); });
    EXPECT_NE(line.find(R"(value="a\nerror forged=\"1\"\u001b")"), std::string::npos) << line;
    EXPECT_EQ(line.find('\n'), line.size() - 1);
}

TEST(Log, KnowsItsLevels) {
    EXPECT_EQ(*log::parse_level("warn"), log::Level::warn);
    EXPECT_FALSE(log::parse_level("loud"));
}

}  // namespace
}  // namespace fairway
