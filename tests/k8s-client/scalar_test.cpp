// Plain YAML scalars, as sigs.k8s.io/yaml reads them.
#include "k8s-client/objects/scalar.hpp"

#include <gtest/gtest.h>

namespace fairway::k8s {
namespace {

using Kind = TreeNode::Kind;

struct Case {
    const char* text;
    Kind kind;
    std::int64_t number = 0;
};
class PlainScalar : public testing::TestWithParam<Case> {};
TEST_P(PlainScalar, HasItsMeaning) {
    const auto node = resolve_plain(GetParam().text, {1, 1});
    EXPECT_EQ(node.kind, GetParam().kind) << GetParam().text;
    EXPECT_EQ(node.number, GetParam().number) << GetParam().text;
    EXPECT_EQ(node.text, GetParam().text);
}
INSTANTIATE_TEST_SUITE_P(Null, PlainScalar,
                         testing::Values(Case{"", Kind::null}, Case{"~", Kind::null}, Case{"null", Kind::null},
                                         Case{"NULL", Kind::null}, Case{"nULL", Kind::string}));
INSTANTIATE_TEST_SUITE_P(Booleans, PlainScalar,
                         testing::Values(Case{"true", Kind::boolean, 1}, Case{"True", Kind::boolean, 1},
                                         Case{"yes", Kind::boolean, 1}, Case{"y", Kind::boolean, 1},
                                         Case{"ON", Kind::boolean, 1}, Case{"false", Kind::boolean},
                                         Case{"no", Kind::boolean}, Case{"N", Kind::boolean},
                                         Case{"Off", Kind::boolean}, Case{"tRue", Kind::string},
                                         Case{"yess", Kind::string}));
INSTANTIATE_TEST_SUITE_P(
    Integers, PlainScalar,
    testing::Values(Case{"80", Kind::integer, 80}, Case{"+80", Kind::integer, 80}, Case{"-1", Kind::integer, -1},
                    Case{"0", Kind::integer, 0}, Case{"010", Kind::integer, 8}, Case{"0o10", Kind::integer, 8},
                    Case{"0x1F", Kind::integer, 31}, Case{"0b101", Kind::integer, 5},
                    Case{"1_000", Kind::integer, 1000}, Case{"9223372036854775807", Kind::integer, 9223372036854775807},
                    Case{"-9223372036854775808", Kind::integer, std::numeric_limits<std::int64_t>::min()}));
INSTANTIATE_TEST_SUITE_P(Reals, PlainScalar,
                         testing::Values(Case{"80.0", Kind::real}, Case{".5", Kind::real}, Case{"5.", Kind::real},
                                         Case{"1e3", Kind::real}, Case{"-1.5E-3", Kind::real}, Case{"08", Kind::real},
                                         Case{".inf", Kind::real}, Case{"-.INF", Kind::real}, Case{".nan", Kind::real},
                                         Case{"9223372036854775808", Kind::real}));
INSTANTIATE_TEST_SUITE_P(Strings, PlainScalar,
                         testing::Values(Case{"hello", Kind::string}, Case{"2026-07-01", Kind::string},
                                         Case{"2026-07-01T12:00:00Z", Kind::string}, Case{"10.0.0.1", Kind::string},
                                         Case{"12:30", Kind::string}, Case{"0x", Kind::string},
                                         Case{"0xZZ", Kind::string}, Case{"1e", Kind::string}, Case{".", Kind::string},
                                         Case{"-", Kind::string}, Case{"+", Kind::string}, Case{"1.2.3", Kind::string},
                                         Case{"8080/tcp", Kind::string}, Case{"é", Kind::string}));

TEST(TaggedScalar, FollowsItsTag) {
    const auto kind = [](std::string_view tag, std::string_view text) {
        return resolve_tagged("tag:yaml.org,2002:" + std::string(tag), text, {1, 1}).kind;
    };
    EXPECT_EQ(kind("str", "80"), Kind::string);
    EXPECT_EQ(kind("int", "80"), Kind::integer);
    EXPECT_EQ(kind("int", "eighty"), Kind::string);
    EXPECT_EQ(kind("float", "80"), Kind::integer);
    EXPECT_EQ(kind("float", "80.5"), Kind::real);
    EXPECT_EQ(kind("bool", "yes"), Kind::boolean);
    EXPECT_EQ(kind("null", ""), Kind::null);
    EXPECT_EQ(kind("binary", "AAEC"), Kind::string);
    EXPECT_EQ(resolve_tagged("!own", "80", {1, 1}).kind, Kind::string);
}

}  // namespace
}  // namespace fairway::k8s
