#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace fairway {
namespace {

std::string mended(std::string_view text) {
    std::string out = "<";
    append_utf8(out, text);
    return out + '>';
}

TEST(AppendUtf8, WhatIsGoodStays) {
    for (const std::string text :
         {"", "plain", "caf\xc3\xa9", "\xe2\x82\xac", "\xed\x9f\xbf", "\xf0\x9f\x9a\xa2", "\xf4\x8f\xbf\xbf"})
        EXPECT_EQ(mended(text), "<" + text + ">");
}

TEST(AppendUtf8, EachBadByteBecomesTheReplacementCharacter) {
    const std::string kBad = "\xef\xbf\xbd";
    EXPECT_EQ(mended("a\xe9z"), "<a" + kBad + "z>");                               // a lead without its rest
    EXPECT_EQ(mended("\x80"), "<" + kBad + ">");                                   // a rest without its lead
    EXPECT_EQ(mended("\xc0\xaf"), "<" + kBad + kBad + ">");                        // overlong
    EXPECT_EQ(mended("\xed\xa0\x80"), "<" + kBad + kBad + kBad + ">");             // a surrogate
    EXPECT_EQ(mended("\xf4\x90\x80\x80"), "<" + kBad + kBad + kBad + kBad + ">");  // beyond U+10FFFF
    EXPECT_EQ(mended("\xe2\x82"), "<" + kBad + kBad + ">");                        // cut off
}

}  // namespace
}  // namespace fairway
