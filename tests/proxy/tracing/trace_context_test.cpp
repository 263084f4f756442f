#include "proxy/tracing/trace_context.hpp"

#include <gtest/gtest.h>

namespace fairway::proxy {
namespace {

constexpr std::string_view kTraceId = "0af7651916cd43dd8448eb211c80319c";
constexpr std::string_view kSpanId = "b7ad6b7169203331";
constexpr std::array<std::uint64_t, 3> kRandom{0x0123456789abcdef, 1, 0xfedcba9876543210};

std::optional<TraceParent> parse(std::string_view value) {
    return find_trace_parent({{"X-Other", "1"}, {"Traceparent", value}});
}

TEST(TraceParent, OfVersion00) {
    const auto parent = parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    ASSERT_TRUE(parent);
    EXPECT_EQ(parent->trace_id, kTraceId);
    EXPECT_EQ(parent->span_id, kSpanId);
    EXPECT_TRUE(parent->sampled);
}

TEST(TraceParent, FlagsOtherThanSampledDoNotCount) {
    const std::string before = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-";
    EXPECT_FALSE(parse(before + "00")->sampled);
    EXPECT_FALSE(parse(before + "fe")->sampled);
    EXPECT_TRUE(parse(before + "ff")->sampled);
    EXPECT_TRUE(parse(before + "0b")->sampled);
}

TEST(TraceParent, LaterVersionsMayGoOn) {
    EXPECT_TRUE(parse("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
    EXPECT_TRUE(parse("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future-will-be"));
}

class NoTraceParent : public testing::TestWithParam<const char*> {};

TEST_P(NoTraceParent, IsNotBelieved) { EXPECT_FALSE(parse(GetParam())); }

INSTANTIATE_TEST_SUITE_P(TraceParent, NoTraceParent,
                         testing::Values("", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
                                         "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
                                         "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
                                         "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01more",
                                         "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                         "0g-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                         "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                                         "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                                         "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                                         "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
                                         "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                         "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01",
                                         "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331_01"));

TEST(TraceParent, TwoFieldsAreNone) {
    constexpr std::string_view kGood = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    EXPECT_FALSE(find_trace_parent({{"traceparent", kGood}, {"traceparent", kGood}}));
    EXPECT_FALSE(find_trace_parent({}));
}

TEST(StartSpan, WithoutParentBeginsATrace) {
    const auto span = start_span(nullptr, {}, kRandom);
    EXPECT_EQ(span.span_id_text(), "0123456789abcdef");
    EXPECT_EQ(span.trace_id_text(), "0000000000000001fedcba9876543210");
    EXPECT_EQ(span.parent_id_text(), "");
    EXPECT_EQ(span.traceparent(), "00-0000000000000001fedcba9876543210-0123456789abcdef-01");
}

TEST(StartSpan, OfAParentStaysInItsTrace) {
    const TraceParent parent{kTraceId, kSpanId, false};
    const auto span = start_span(&parent, {}, kRandom);
    EXPECT_EQ(span.trace_id_text(), kTraceId);
    EXPECT_EQ(span.parent_id_text(), kSpanId);
    EXPECT_EQ(span.traceparent(), "00-0af7651916cd43dd8448eb211c80319c-0123456789abcdef-00");
}

TEST(StartSpan, ASamplerDecidesWithoutParentAndWhereParentsDoNot) {
    const TraceParent sampled{kTraceId, kSpanId, true};
    routing::TraceSettings settings{.sampler = routing::Sampler::always_off};
    EXPECT_FALSE(start_span(nullptr, settings, kRandom).sampled);
    EXPECT_TRUE(start_span(&sampled, settings, kRandom).sampled);
    settings.parent_based = false;
    EXPECT_FALSE(start_span(&sampled, settings, kRandom).sampled);
}

TEST(StartSpan, RatioGoesByTheLast56BitsOfTheTrace) {
    const auto sampled = [](double ratio, std::uint64_t low) {
        return start_span(nullptr, {.sampler = routing::Sampler::trace_id_ratio, .ratio = ratio}, {1, ~0ULL, low})
            .sampled;
    };
    EXPECT_TRUE(sampled(0.5, 0xff7fffffffffffff));
    EXPECT_FALSE(sampled(0.5, 0x0080000000000000));
    EXPECT_TRUE(sampled(1, 0xffffffffffffffff));
    EXPECT_FALSE(sampled(0, 0xff00000000000000));
}

}  // namespace
}  // namespace fairway::proxy
