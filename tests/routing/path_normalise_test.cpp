#include "routing/path_normalise.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "routing/case_name.hpp"

namespace fairway::routing {
namespace {

using namespace std::string_view_literals;

struct Normalised {
    std::string path;
    PathError error;
};

Normalised normalised(std::string_view raw) {
    std::vector<char> scratch(raw.size());
    const auto result = normalise_path(raw, scratch);
    return {std::string(result.path), result.error};
}

struct Case {
    const char* name;
    std::string_view raw;
    std::string_view path;
};
const Case kCases[] = {
    {"Root", "/", "/"},
    {"Ordinary", "/a/b.html", "/a/b.html"},
    {"TrailingSlashStays", "/a/b/", "/a/b/"},
    {"EscapeDecoded", "/%61%20%C3%a9", "/a \xc3\xa9"},
    {"EscapedSlashIsASlash", "/a%2Fb", "/a/b"},
    {"EscapedSlashMerges", "/a/%2f/b", "/a/b"},
    {"EscapedPercentIsDecodedOnce", "/%2541", "/%41"},
    {"TwiceEscapedDotsAreAName", "/a/%252e%252e/b", "/a/%2e%2e/b"},
    {"EscapedQuestionMarkIsPartOfThePath", "/a%3Fb", "/a?b"},
    {"EscapedHashIsPartOfThePath", "/a%23b", "/a#b"},
    {"SlashesMerge", "//a///b//", "/a/b/"},
    {"OnlySlashes", "////", "/"},
    {"DotSegment", "/a/./b", "/a/b"},
    {"DotAtTheEnd", "/a/.", "/a/"},
    {"DotAlone", "/.", "/"},
    {"DotDotSegment", "/a/b/../c", "/a/c"},
    {"DotDotAtTheEnd", "/a/b/..", "/a/"},
    {"DotDotToTheRoot", "/a/..", "/"},
    {"DotDotTwice", "/a/b/../../c", "/c"},
    {"DotDotBehindMergedSlashes", "/a//..//b", "/b"},
    {"EscapedDots", "/a/%2e%2E/b", "/b"},
    {"HalfEscapedDots", "/a/.%2e/b", "/b"},
    {"EscapedDotsAndSlashes", "/a/b%2f..%2F..%2fadmin", "/admin"},
    {"EscapedDotSegment", "/a/%2e/b", "/a/b"},
    {"ThreeDotsAreAName", "/a/.../b", "/a/.../b"},
    {"LeadingDotIsAName", "/.well-known/..a/.b", "/.well-known/..a/.b"},
    {"LeadingDotBehindAnEscape", "/%61/.b/..c/d.", "/a/.b/..c/d."},
    {"SemicolonStays", "/a;v=1/..;/b", "/a;v=1/..;/b"},
    {"PlusStays", "/a+b%2Bc", "/a+b+c"},
    {"CaseStays", "/Foo", "/Foo"},
    {"BackslashStays", "/a\\..\\b", "/a\\..\\b"},
    {"EscapedLineFeed", "/a%0ab", "/a\nb"},
};
class PathNormalise : public testing::TestWithParam<Case> {};
TEST_P(PathNormalise, GivesComparablePath) {
    const auto result = normalised(GetParam().raw);
    EXPECT_EQ(result.error, PathError::none) << to_string(result.error);
    EXPECT_EQ(result.path, GetParam().path);
}
INSTANTIATE_TEST_SUITE_P(Paths, PathNormalise, testing::ValuesIn(kCases), test::case_name<Case>);

struct Refusal {
    const char* name;
    std::string_view raw;
    PathError error;
};
const Refusal kRefusals[] = {
    {"Empty", "", PathError::not_absolute},
    {"Asterisk", "*", PathError::not_absolute},
    {"EscapedFirstSlash", "%2Fa", PathError::not_absolute},
    {"EscapeCutShort", "/a%", PathError::bad_escape},
    {"EscapeOfOneDigit", "/a%4", PathError::bad_escape},
    {"EscapeNotHexadecimal", "/a%4g", PathError::bad_escape},
    {"EscapeWithSign", "/a%+1", PathError::bad_escape},
    {"EscapedNul", "/a%00.html", PathError::nul},
    {"RawNul", "/a\0b"sv, PathError::nul},
    {"AboveRoot", "/..", PathError::above_root},
    {"AboveRootInside", "/a/../../b", PathError::above_root},
    {"AboveRootEscaped", "/%2e%2e/b", PathError::above_root},
    {"AboveRootBehindMergedSlashes", "//../a", PathError::above_root},
};
class PathRefusal : public testing::TestWithParam<Refusal> {};
TEST_P(PathRefusal, SaysWhy) {
    const auto result = normalised(GetParam().raw);
    EXPECT_EQ(to_string(result.error), to_string(GetParam().error));
    EXPECT_EQ(result.path, "");
}
INSTANTIATE_TEST_SUITE_P(Paths, PathRefusal, testing::ValuesIn(kRefusals), test::case_name<Refusal>);

TEST(PathNormaliseCost, DoesNotCopyARegularPath) {
    constexpr std::string_view kPath = "/shop/.well-known/a..b;c+d";
    const auto result = normalise_path(kPath, {});
    EXPECT_EQ(result.error, PathError::none);
    EXPECT_EQ(result.path.data(), kPath.data());
    EXPECT_EQ(result.path.size(), kPath.size());
}

TEST(PathNormaliseCost, RefusesAScratchThatIsTooShort) {
    std::vector<char> scratch(4);
    EXPECT_EQ(normalise_path("/a//b", scratch).error, PathError::too_long);
}

TEST(PathError, HasANameForEachValue) {
    for (const auto error : {PathError::none, PathError::bad_escape, PathError::nul, PathError::not_absolute,
                             PathError::above_root, PathError::too_long})
        EXPECT_NE(to_string(error), "unknown");
}

// --- properties ---------------------------------------------------------------------------------------------------

constexpr unsigned kSeed = 20240131;

/// Text made of the pieces that normalisation cares about.
std::string random_path(std::mt19937& random) {
    static constexpr std::string_view kPieces[] = {"/",   "/",   "a",   "b",   ".",   "..",    "%2e", "%2E",
                                                   "%2f", "%2F", "%25", "%61", "%20", "%252e", ";",   "+"};
    std::string path = "/";
    for (auto left = random() % 12; left > 0; --left) path += kPieces[random() % std::size(kPieces)];
    return path;
}

/// Another spelling of the same path: any byte may be written as an escape, any slash doubled or followed by "./".
std::string respelled(std::string_view path, std::mt19937& random) {
    static constexpr char kHex[] = "0123456789abcdef";
    std::string raw = "/";
    for (const char c : path.substr(1)) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '%' || random() % 3 == 0)
            raw += {'%', kHex[byte >> 4], kHex[byte & 15]};
        else
            raw += c;
        if (c == '/' && random() % 2 == 0) raw += random() % 2 == 0 ? "/" : "x/../";
    }
    return raw;
}

TEST(PathNormaliseProperty, ResultHoldsNothingLeftToResolve) {
    std::mt19937 random(kSeed);
    for (int i = 0; i < 20'000; ++i) {
        const auto raw = random_path(random);
        const auto [path, error] = normalised(raw);
        if (error != PathError::none) continue;
        const auto message =
            "seed " + std::to_string(kSeed) + ", round " + std::to_string(i) + ": " + raw + " -> " + path;
        ASSERT_TRUE(path.starts_with('/')) << message;
        ASSERT_LE(path.size(), raw.size()) << message;
        ASSERT_EQ(path.find("//"), std::string::npos) << message;
        for (const auto* segment : {"/./", "/../"}) ASSERT_EQ((path + "/").find(segment), std::string::npos) << message;
    }
}

TEST(PathNormaliseProperty, EverySpellingOfAPathGivesTheSamePath) {
    std::mt19937 random(kSeed);
    for (int i = 0; i < 20'000; ++i) {
        const auto [path, error] = normalised(random_path(random));
        if (error != PathError::none) continue;
        const auto raw = respelled(path, random);
        const auto again = normalised(raw);
        ASSERT_EQ(again.error, PathError::none) << "seed " << kSeed << ", round " << i << ": " << raw;
        ASSERT_EQ(again.path, path) << "seed " << kSeed << ", round " << i << ": " << raw;
        if (path.find('%') == std::string::npos) {
            ASSERT_EQ(normalised(path).path, path) << "idempotence; seed " << kSeed << ", round " << i;
        }
    }
}

/// The rules of docs/path-matching.md written the slow, plain way: decode all, split, resolve, join.
Normalised naive(std::string_view raw) {
    std::string decoded;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        if (raw[i] != '%') {
            decoded += raw[i];
            continue;
        }
        decoded += static_cast<char>(std::stoi(std::string(raw.substr(i + 1, 2)), nullptr, 16));
        i += 2;
    }
    std::vector<std::string> kept;
    bool ends_in_slash = true;
    for (std::size_t begin = 1; begin <= decoded.size();) {
        const auto end = std::min(decoded.find('/', begin), decoded.size());
        const auto segment = decoded.substr(begin, end - begin);
        ends_in_slash = segment.empty() || segment == "." || segment == "..";
        if (segment == ".." && kept.empty()) return {"", PathError::above_root};
        if (segment == "..")
            kept.pop_back();
        else if (!ends_in_slash)
            kept.push_back(segment);
        begin = end + 1;
    }
    std::string path;
    for (const auto& segment : kept) path.append("/").append(segment);
    return {path + (ends_in_slash ? "/" : ""), PathError::none};
}

TEST(PathNormaliseProperty, AgreesWithTheNaiveRules) {
    std::mt19937 random(kSeed);
    for (int i = 0; i < 20'000; ++i) {
        const auto raw = random_path(random);
        const auto wanted = naive(raw);
        const auto got = normalised(raw);
        ASSERT_EQ(to_string(got.error), to_string(wanted.error)) << "seed " << kSeed << ", round " << i << ": " << raw;
        ASSERT_EQ(got.path, wanted.path) << "seed " << kSeed << ", round " << i << ": " << raw;
    }
}

}  // namespace
}  // namespace fairway::routing
