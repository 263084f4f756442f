#include "proxy/tracing/otlp.hpp"

#include <gtest/gtest.h>

#include <protozero/pbf_reader.hpp>

namespace fairway::proxy::otlp {
namespace {

using namespace std::string_literals;

const std::string kNoBytes(5, '\0');

TEST(EncodeExport, HasTheLengthOfItsMessageBeforeIt) {
    const std::string spans[] = {"one"s, "two"s};
    const std::string text = encode_export(spans, "edge");
    std::uint32_t length = 0;
    for (std::size_t i = 1; i < 5; ++i) length = length << 8 | static_cast<unsigned char>(text[i]);
    EXPECT_EQ(text[0], 0);
    ASSERT_EQ(length, text.size() - 5);

    protozero::pbf_reader request(text.data() + 5, length);
    ASSERT_TRUE(request.next(1));
    auto resource_spans = request.get_message();
    ASSERT_TRUE(resource_spans.next(2));
    auto scope_spans = resource_spans.get_message();
    ASSERT_TRUE(scope_spans.next(2));
    EXPECT_EQ(scope_spans.get_string(), "one");
    ASSERT_TRUE(scope_spans.next(2));
    EXPECT_EQ(scope_spans.get_string(), "two");
    EXPECT_FALSE(scope_spans.next());
}

TEST(FindRejection, OfACollectorThatTookNotAll) {
    const auto rejection = find_rejection(kNoBytes + "\x0a\x06\x08\x03\x12\x02no"s);
    ASSERT_TRUE(rejection);
    EXPECT_EQ(rejection->spans, 3u);
    EXPECT_EQ(rejection->reason, "no");
}

TEST(FindRejection, NothingWhereAllWereTaken) {
    for (const auto& message : {""s, kNoBytes, kNoBytes + "\x0a\x00"s, kNoBytes + "\x12\x01x"s})
        EXPECT_FALSE(find_rejection(message));
}

TEST(FindRejection, NothingInWhatIsNoMessage) {
    for (const auto& message : {"\x00\x00"s, "\x01\x00\x00\x00\x02\x0a\x00"s, kNoBytes + "\xff\xff\xff\xff"s,
                                kNoBytes + "\x0a\x7f\x08\x03"s, kNoBytes + "\x0a\x02\x08"s, kNoBytes + "\x08\x01"s})
        EXPECT_FALSE(find_rejection(message));
}

TEST(FindRejection, NegativeCountsAreNone) {
    const auto rejection = find_rejection(kNoBytes + "\x0a\x0d\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x12\x00"s);
    EXPECT_FALSE(rejection);
}

}  // namespace
}  // namespace fairway::proxy::otlp
