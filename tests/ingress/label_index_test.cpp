// Label selectors found through indices, without looking at every object.
#include "ingress/label_index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

namespace fairway::ingress::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsNull;
using testing::Pointee;

TEST(Selects, EveryPairAndNothingWithoutAny) {
    EXPECT_TRUE(selects({{"app", "web"}}, {{"app", "web"}, {"tier", "front"}}));
    EXPECT_FALSE(selects({{"app", "web"}, {"tier", "back"}}, {{"app", "web"}, {"tier", "front"}}));
    EXPECT_FALSE(selects({{"app", ""}}, {}));
    EXPECT_FALSE(selects({}, {{"app", "web"}}));
}

TEST(LabelIndex, AnswersFromTheRarestPair) {
    LabelIndex index;
    for (int i = 0; i < 100; ++i)
        index.add({"default", fmt::format("pod-{}", i)}, {{"app", "web"}, {"name", fmt::format("n{}", i)}});
    EXPECT_THAT(index.candidates("default", {{"app", "web"}, {"name", "n7"}}), Pointee(ElementsAre("pod-7")));
    EXPECT_THAT(index.candidates("default", {{"app", "web"}, {"name", "n100"}}), IsNull());
    EXPECT_THAT(index.candidates("other", {{"app", "web"}}), IsNull());
    EXPECT_THAT(index.candidates("default", {}), IsNull());
}

TEST(LabelIndex, ForgetsWhatIsRemoved) {
    LabelIndex index;
    index.add({"default", "a"}, {{"app", "web"}});
    index.add({"default", "b"}, {{"app", "web"}});
    index.remove({"default", "a"}, {{"app", "web"}});
    EXPECT_THAT(index.candidates("default", {{"app", "web"}}), Pointee(ElementsAre("b")));
    index.remove({"default", "b"}, {{"app", "web"}});
    index.remove({"default", "b"}, {{"app", "web"}});
    EXPECT_THAT(index.candidates("default", {{"app", "web"}}), IsNull());
}

TEST(LabelIndex, NamespacesKeysAndValuesDoNotRunIntoEachOther) {
    LabelIndex index;
    index.add({"a", "x"}, {{"bc", "d"}});
    EXPECT_THAT(index.candidates("ab", {{"c", "d"}}), IsNull());
    EXPECT_THAT(index.candidates("a", {{"b", "cd"}}), IsNull());
}

TEST(SelectorIndex, FindsWhatMayChooseThem) {
    SelectorIndex index;
    index.add({"default", "web"}, {{"app", "web"}});
    index.add({"default", "api"}, {{"app", "api"}});
    index.add({"default", "none"}, {});
    index.add({"other", "web"}, {{"app", "web"}});
    EXPECT_THAT(index.candidates("default", {{"app", "web"}, {"tier", "front"}}), ElementsAre("web"));
    index.remove({"default", "web"});
    index.remove({"default", "none"});
    EXPECT_THAT(index.candidates("default", {{"app", "web"}}), IsEmpty());
    EXPECT_THAT(index.candidates("other", {{"app", "web"}}), ElementsAre("web"));
}

TEST(SelectorIndex, APairThatAllShareDoesNotCollectThemAll) {
    SelectorIndex index;
    for (int i = 0; i < 1000; ++i)
        index.add({"default", fmt::format("s{}", i)}, {{"app", "web"}, {"name", fmt::format("n{}", i)}});
    const auto found = index.candidates("default", {{"app", "web"}, {"name", "n500"}});
    EXPECT_LE(found.size(), 2u);
    EXPECT_THAT(found, testing::Contains("s500"));
}

}  // namespace
}  // namespace fairway::ingress::test
