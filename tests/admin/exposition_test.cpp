#include "admin/exposition.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace fairway::admin {
namespace {

std::string value_of(std::string_view value) {
    const std::string text = Labels().add("l", value).text();
    return text.substr(3, text.size() - 4);
}

TEST(Labels, EscapesWhatTheFormatEscapes) {
    EXPECT_EQ(value_of("a\"b\\c\nd"), "a\\\"b\\\\c\\nd");
    EXPECT_EQ(value_of("/päth €"), "/päth €");
}

TEST(Labels, ReplacesWhatIsNotUtf8) {
    EXPECT_EQ(value_of("a\xff"
                       "b"),
              "a\xEF\xBF\xBD"
              "b");
    EXPECT_EQ(value_of("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "overlong form of '/'";
    EXPECT_EQ(value_of("\xE2\x82"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "cut short";
    EXPECT_EQ(value_of("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD") << "a surrogate";
}

TEST(Exposition, WritesHeadAndSamples) {
    Exposition out;
    out.family("fairway_things", MetricType::gauge, "Things.");
    out.sample({}, 3);
    out.sample(Labels().add("state", "big"), 0.25);
    EXPECT_EQ(out.take(), "# HELP fairway_things Things.\n"
                          "# TYPE fairway_things gauge\n"
                          "fairway_things 3\n"
                          "fairway_things{state=\"big\"} 0.25\n");
}

TEST(Exposition, HistogramBucketsAreCumulative) {
    Exposition out;
    out.family("t", MetricType::histogram, "Time.");
    out.histogram(Labels().add("a", "b"), std::array{0.5, 1.0}, std::array<std::uint64_t, 3>{2, 3, 1}, 4.5);
    EXPECT_EQ(out.take(), "# HELP t Time.\n"
                          "# TYPE t histogram\n"
                          "t_bucket{a=\"b\",le=\"0.5\"} 2\n"
                          "t_bucket{a=\"b\",le=\"1\"} 5\n"
                          "t_bucket{a=\"b\",le=\"+Inf\"} 6\n"
                          "t_sum{a=\"b\"} 4.5\n"
                          "t_count{a=\"b\"} 6\n");
}

TEST(Exposition, HistogramOfSumsHasOneBucket) {
    Exposition out;
    out.family("s", MetricType::histogram, "Size.");
    out.histogram({}, 7, 900);
    EXPECT_EQ(out.take(), "# HELP s Size.\n# TYPE s histogram\ns_bucket{le=\"+Inf\"} 7\ns_sum 900\ns_count 7\n");
}

TEST(Exposition, SpellsSpecialNumbersAsPrometheusDoes) {
    Exposition out;
    out.family("g", MetricType::gauge, "G.");
    out.sample({}, std::numeric_limits<double>::infinity());
    out.sample({}, std::numeric_limits<double>::quiet_NaN());
    EXPECT_EQ(out.take(), "# HELP g G.\n# TYPE g gauge\ng +Inf\ng NaN\n");
}

}  // namespace
}  // namespace fairway::admin
