// Lists taken apart while they arrive, wherever they are cut.
#include "k8s-client/api/list_splitter.hpp"

#include <gmock/gmock.h>

#include "k8s-client/objects/decode.hpp"

namespace fairway::k8s {
namespace {

using testing::ElementsAre;

constexpr std::string_view kList =
    R"({"kind":"SecretList","apiVersion":"v1","metadata":{"resourceVersion":"7","continue":"items\":[{"},"items":[)"
    R"({"metadata":{"name":"a","namespace":"x"},"data":{"k":"eyJ9XQ=="}} , {"metadata":{"name":"b","namespace":"x",)"
    R"("annotations":{"n":"}]\"{[\\"}},"type":"t"}]})";

struct Split {
    std::vector<std::string> names;
    bool sound = true;
    std::string rest;
};

Split split(std::string_view text, std::size_t pieces_of) {
    Split result;
    ListSplitter splitter("Secret", "v1", [&](std::string_view list) {
        const auto decoded = decode(list, {}, {});
        EXPECT_FALSE(decoded.truncated) << list;
        for (const auto& object : decoded.objects) result.names.push_back(meta_of(object).name.to_string());
    });
    for (std::size_t at = 0; at < text.size() && result.sound; at += pieces_of)
        result.sound = splitter.feed(text.substr(at, pieces_of));
    result.rest = splitter.rest();
    return result;
}

TEST(ListSplitter, GivesEveryObjectWhereverTheTextIsCut) {
    for (std::size_t pieces_of = 1; pieces_of <= kList.size(); ++pieces_of) {
        const auto result = split(kList, pieces_of);
        ASSERT_TRUE(result.sound);
        ASSERT_THAT(result.names, ElementsAre("x/a", "x/b")) << pieces_of;
        const auto rest = decode(result.rest, {}, {});
        EXPECT_FALSE(rest.truncated);
        EXPECT_EQ(rest.list.resource_version, "7");
        EXPECT_EQ(rest.list.continue_token, R"(items":[{)");
    }
}

TEST(ListSplitter, TakesListsWithoutItems) {
    for (const auto* items : {"[]", "null", "[ ]"}) {
        const auto result = split(std::string(R"({"kind":"SecretList","apiVersion":"v1","items":)") + items +
                                      R"(,"metadata":{"resourceVersion":"7"}})",
                                  3);
        EXPECT_TRUE(result.sound && result.names.empty());
        EXPECT_EQ(decode(result.rest, {}, {}).list.resource_version, "7") << result.rest;
    }
}

TEST(ListSplitter, RefusesWhatIsNoList) {
    EXPECT_FALSE(split("]", 1).sound);
    EXPECT_FALSE(split(std::string(1024 * 1024, 'x'), 4096).sound);
    EXPECT_FALSE(split(R"({"items":[{"a":")" + std::string(17 * 1024 * 1024, 'x'), 65536).sound);
    EXPECT_TRUE(decode(split(kList.substr(0, kList.size() - 2), 9).rest, {}, {}).truncated);
}

}  // namespace
}  // namespace fairway::k8s
