#include "base/spelling.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace fairway {
namespace {

constexpr std::array<std::string_view, 4> kFields = {"serviceName", "servicePort", "path", "pathType"};

TEST(Spelling, FindsTheNearestWord) {
    EXPECT_EQ(nearest_word("servicename", kFields), "serviceName");
    EXPECT_EQ(nearest_word("servicePrt", kFields), "servicePort");
    EXPECT_EQ(nearest_word("paht", kFields), "path");
    EXPECT_EQ(did_you_mean("pathtype", kFields), "; did you mean \"pathType\"?");
}

TEST(Spelling, IsSilentWhenNothingIsNear) {
    EXPECT_EQ(nearest_word("annotations", kFields), "");
    EXPECT_EQ(nearest_word("", kFields), "");
    EXPECT_EQ(nearest_word(std::string(10'000, 'a'), kFields), "");
}

}  // namespace
}  // namespace fairway
