// Input made to hurt: each must end quickly, in bounded memory, with a complaint that says why.
#include "k8s-client/decoding.hpp"

namespace fairway::k8s {
namespace {

using test::names;
using test::texts;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string repeated(std::string_view text, std::size_t count) {
    std::string out;
    out.reserve(text.size() * count);
    while (count-- > 0) out += text;
    return out;
}

const std::string kHead = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

TEST(Hostile, BillionLaughs) {
    std::string text = kHead + "l0: &l0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n";
    for (int i = 1; i <= 9; ++i) {
        const auto before = "*l" + std::to_string(i - 1);
        text +=
            "l" + std::to_string(i) + ": &l" + std::to_string(i) + " [" + before + repeated(", " + before, 9) + "]\n";
    }
    const auto decoded = decode(text + "---\n" + kHead, "f");
    EXPECT_THAT(names(decoded), ElementsAre("ConfigMap default/a"));  // the other document
    EXPECT_THAT(decoded.refused, SizeIs(1));
    EXPECT_THAT(texts(decoded), testing::Contains(HasSubstr("aliases expand to more than 100000 values, the limit")));
    EXPECT_FALSE(decoded.truncated);
}

TEST(Hostile, AliasesThatNestTooDeep) {
    std::string text = kHead + "l0: &l0 [x]\n";
    for (int i = 1; i <= 70; ++i)
        text += "l" + std::to_string(i) + ": &l" + std::to_string(i) + " [*l" + std::to_string(i - 1) + "]\n";
    EXPECT_THAT(texts(decode(text, "f")),
                testing::Contains("f:67:12: ConfigMap default/a: aliases nest deeper than 64 levels, the limit"));
}

TEST(Hostile, ManyMergesOfTheSame) {
    std::string text = kHead + "x: &x {a: b}\ndata:\n  <<: [*x" + repeated(", *x", 30'000) + "]\n";
    for (int i = 0; i < 30'000; ++i) text += "  k" + std::to_string(i) + ": v\n";
    const auto decoded = decode(text, "f");
    ASSERT_THAT(names(decoded), ElementsAre("ConfigMap default/a"));
    EXPECT_THAT(std::get<ConfigMap>(decoded.objects[0]).data, SizeIs(30'001));
}

struct Deep {
    const char* name;
    const char* unit;
};
class TooDeep : public testing::TestWithParam<Deep> {};
TEST_P(TooDeep, StopsAtTheLimit) {
    const auto decoded = decode(repeated(GetParam().unit, 1'000'000), "f");
    EXPECT_TRUE(decoded.truncated);
    EXPECT_THAT(texts(decoded), ElementsAre(HasSubstr("nested deeper than 64 levels, the limit")));
}
INSTANTIATE_TEST_SUITE_P(Everywhere, TooDeep,
                         testing::Values(Deep{"JsonArrays", "["}, Deep{"JsonObjects", "{\"a\":"},
                                         Deep{"YamlLists", "- "}, Deep{"YamlKeys", "? "}, Deep{"YamlFlow", "[a,"},
                                         Deep{"YamlFlowMaps", "{a: "}),
                         [](const auto& deep) { return deep.param.name; });

TEST(Hostile, LimitsNameThemselves) {
    DecodeLimits limits;
    limits.max_bytes = 10;
    auto decoded = decode(kHead, "f", "default", limits);
    EXPECT_TRUE(decoded.truncated);
    EXPECT_THAT(texts(decoded), ElementsAre("f:1:1: the file has 51 bytes, more than the limit of 10; split it"));

    limits = {};
    limits.max_nodes = 100;
    decoded = decode(kHead + "---\n" + kHead + "data: {x: [" + repeated("a,", 200) + "]}\n", "f", "default", limits);
    EXPECT_THAT(names(decoded), ElementsAre("ConfigMap default/a"));
    EXPECT_TRUE(decoded.truncated);
    EXPECT_THAT(texts(decoded), ElementsAre(HasSubstr("more than 100 values in one file, the limit; split the file")));
}

TEST(Hostile, KeysOfAMegabyte) {
    const auto decoded = decode(kHead + repeated("k", 1'000'000) + ": 1\n", "f");
    // libyaml, as Go's yaml, takes no key longer than 1024 characters without a "?".
    EXPECT_TRUE(decoded.truncated);
    const auto explicit_key = decode(kHead + "? " + repeated("k", 1'000'000) + "\n: 1\n", "f");
    ASSERT_THAT(explicit_key.complaints, SizeIs(1));
    EXPECT_LT(explicit_key.complaints[0].to_string().size(), 200U);
}

TEST(Hostile, ManySyntaxErrors) {
    const auto decoded = decode(repeated("---\n@\n", 100'000) + "---\n" + kHead, "f");
    EXPECT_TRUE(decoded.truncated);
    EXPECT_THAT(decoded.complaints, SizeIs(20));
}

TEST(Hostile, ManyComplaintsAreCutButStillRefuse) {
    std::string text = kHead + "data:\n";
    for (int i = 0; i < 5000; ++i) text += "  k" + std::to_string(i) + ": 1\n";
    const auto decoded = decode(text + "---\n" + kHead + "data: {x: 1}\n", "f");
    EXPECT_THAT(decoded.objects, IsEmpty());
    EXPECT_THAT(decoded.refused, SizeIs(2));
    ASSERT_THAT(decoded.complaints, SizeIs(1001));
    EXPECT_EQ(decoded.complaints.back().to_string(), "f: more than 1000 complaints; mend these first");
}

TEST(Hostile, ManyUnknownFields) {
    std::string text = kHead;
    for (int i = 0; i < 200'000; ++i) text += "metadatum" + std::to_string(i) + ": 1\n";
    EXPECT_THAT(decode(text, "f").complaints, SizeIs(1001));
}

TEST(Hostile, NamesInMessagesAreCutAndEscaped) {
    const auto decoded = decode(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"a\\n\\e[31mred\\\"" + repeated("é", 100) + "\"}\n", "f");
    EXPECT_THAT(decoded.complaints.at(0).message,
                testing::StartsWith("\"a\\n\\x1b[31mred\\\"" + repeated("é", 26) + "…\" is not a name; "));
}

TEST(Hostile, BytesAtRandomNeverCrash) {
    // A linear congruential generator: the same bytes every time.
    std::uint32_t state = 1;
    const auto next = [&state] { return (state = state * 1664525U + 1013904223U) >> 16U; };
    const std::string alphabet = "{}[]\"':,-?&*!|>#%@`\n\t \\u0aé<~";
    for (int round = 0; round < 20'000; ++round) {
        std::string text = round % 2 ? kHead : "{\"";
        for (auto length = next() % 40; length > 0; --length) text += alphabet[next() % alphabet.size()];
        const auto decoded = decode(text, "f");
        EXPECT_TRUE(!decoded.truncated || !decoded.complaints.empty()) << text;
        EXPECT_LE(decoded.objects.size(), 1U) << text;
    }
}

}  // namespace
}  // namespace fairway::k8s
