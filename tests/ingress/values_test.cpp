#include "ingress/values.hpp"

#include <gtest/gtest.h>

namespace fairway::ingress::test {
namespace {

using namespace std::chrono_literals;

TEST(ParseBool, TakesTheWordsOfGo) {
    for (const auto* yes : {"1", "t", "T", "TRUE", "true", "True"}) EXPECT_TRUE(parse_bool(yes).value()) << yes;
    for (const auto* no : {"0", "f", "F", "FALSE", "false", "False"}) EXPECT_FALSE(parse_bool(no).value()) << no;
    for (const auto* bad : {"", "yes", "on", "tRUE", "2"}) EXPECT_FALSE(parse_bool(bad)) << bad;
}

TEST(ParseInteger, KeepsToItsRange) {
    EXPECT_EQ(parse_integer("7", 1, 10).value(), 7);
    EXPECT_EQ(parse_integer("+7", 1, 10).value(), 7);
    for (const auto* bad : {"", "0", "11", "-1", "7x", "x", "1.5", "99999999999999999999"})
        EXPECT_FALSE(parse_integer(bad, 1, 10)) << bad;
    EXPECT_EQ(parse_integer("11", 1, 10).error().message, "11 is out of range; write a number from 1 to 10");
}

TEST(ParseSeconds, TakesNoUnitAndSaysWhatToWrite) {
    EXPECT_EQ(parse_seconds("90", 1).value(), 90s);
    EXPECT_EQ(parse_seconds("1m30s", 1).error().message,
              "\"1m30s\" has a unit, which ingress-nginx ignores here; write \"90\" (whole seconds)");
    for (const auto* bad : {"0", "-1", "soon", "99999999999999999999"}) EXPECT_FALSE(parse_seconds(bad, 1)) << bad;
    EXPECT_EQ(parse_seconds("0", 0).value(), 0s);
    EXPECT_EQ(parse_seconds("99999999", 0).value(), 31536000s) << "for ever is a year";
}

struct DurationCase {
    const char* text;
    std::chrono::seconds value;
};

TEST(ParseDuration, TakesNginxTimes) {
    for (const auto& [text, value] : {DurationCase{"60", 60s},
                                      {"60s", 60s},
                                      {"1m", 60s},
                                      {"1h", 3600s},
                                      {"1m30s", 90s},
                                      {"1h 30m", 5400s},
                                      {"1d", 86400s},
                                      {"2w", 1209600s},
                                      {"1500ms", 2s},
                                      {"0", 0s}})
        EXPECT_EQ(parse_duration(text).value(), value) << text;
    for (const auto* bad : {"", "s", "1x", "-1", "1m-", "99w", "9223372036854775807h", "99999999999999999999"})
        EXPECT_FALSE(parse_duration(bad)) << bad;
}

TEST(ParseSize, TakesNginxSizes) {
    EXPECT_EQ(parse_size("0").value(), 0u);
    EXPECT_EQ(parse_size("8192").value(), 8192u);
    EXPECT_EQ(parse_size("8k").value(), 8192u);
    EXPECT_EQ(parse_size("8M").value(), 8u << 20);
    EXPECT_EQ(parse_size("1g").value(), 1u << 30);
    EXPECT_EQ(parse_size("10b").value(), 10u);
    for (const auto* bad : {"", "k", "8mb", "8 m", "-1", "1.5m", "9223372036854775807g", "99999999999999999999"})
        EXPECT_FALSE(parse_size(bad)) << bad;
}

TEST(SplitList, StripsSpacesAndLeavesEmptyItemsOut) {
    EXPECT_EQ(split_list(" a , b,,c ,"), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(split_list("a,\r\nb,\n\tc\n"), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(split_list("a b\n c", ' '), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_TRUE(split_list("").empty());
    EXPECT_TRUE(split_list(" , ").empty());
}

TEST(ParseNetworks, OneBadItemRefusesTheList) {
    EXPECT_EQ(parse_networks("10.0.0.0/8, 192.0.2.1").value().size(), 2u);
    EXPECT_FALSE(parse_networks("10.0.0.0/8, nonsense"));
}

}  // namespace
}  // namespace fairway::ingress::test
