// Lines of a watch, and what the decoder tells of lists.
#include "k8s-client/decoding.hpp"
#include "k8s-client/objects/quote.hpp"

namespace fairway::k8s {
namespace {

using Type = WatchEvent::Type;

std::string event(const std::string& type, const std::string& object) {
    return R"({"type":")" + type + R"(","object":)" + object + "}";
}

constexpr const char* kClass =
    R"({"kind":"IngressClass","apiVersion":"networking.k8s.io/v1","metadata":{"name":"nginx",)"
    R"("resourceVersion":"7","fromTheFuture":1},"spec":{"controller":"c","newer":true}})";

TEST(WatchEvents, CarryTheObject) {
    for (const char* type : {"ADDED", "MODIFIED"}) {
        const auto seen = decode_watch_event(event(type, kClass));
        EXPECT_EQ(seen.type, Type::changed);
        EXPECT_EQ(seen.resource_version, "7");
        ASSERT_EQ(seen.decoded.objects.size(), 1);
        EXPECT_EQ(std::get<IngressClass>(seen.decoded.objects[0]).controller, "c");
        EXPECT_TRUE(seen.decoded.complaints.empty()) << "fields that are newer than us are no news";
    }
}

TEST(WatchEvents, NameWhatIsGone) {
    const auto seen = decode_watch_event(
        event("DELETED", R"({"kind":"Service","apiVersion":"v1","metadata":{"name":"a","namespace":"b"}})"));
    EXPECT_EQ(seen.type, Type::deleted);
    EXPECT_EQ(seen.kind, "Service");
    EXPECT_EQ(seen.name.to_string(), "b/a");
    EXPECT_TRUE(seen.decoded.objects.empty());
}

TEST(WatchEvents, BookmarksCarryAVersionOnly) {
    const auto seen =
        decode_watch_event(event("BOOKMARK", R"({"kind":"Service","apiVersion":"v1","metadata":{"resourceVersion":"9",)"
                                             R"("annotations":{"k8s.io/initial-events-end":"true"}}})"));
    EXPECT_EQ(seen.type, Type::bookmark);
    EXPECT_EQ(seen.resource_version, "9");
    EXPECT_TRUE(seen.initial_events_end);
    EXPECT_TRUE(seen.decoded.objects.empty());
}

TEST(WatchEvents, ErrorsCarryTheStatus) {
    const auto seen = decode_watch_event(event("ERROR", R"({"kind":"Status","code":410,"message":"too old\n!"})"));
    EXPECT_EQ(seen.type, Type::error);
    EXPECT_EQ(seen.code, 410);
    EXPECT_EQ(seen.message, printable("too old\n!"));
}

TEST(WatchEvents, AnObjectWithAnErrorIsRefusedByName) {
    const auto seen = decode_watch_event(
        event("MODIFIED", R"({"kind":"Service","apiVersion":"v1","metadata":{"name":"a","namespace":"b"},)"
                          R"("spec":{"ports":[{"port":"x"}]}})"));
    EXPECT_EQ(seen.type, Type::changed);
    ASSERT_EQ(seen.decoded.refused.size(), 1);
    EXPECT_EQ(seen.decoded.refused[0].second.to_string(), "b/a");
}

class SenselessLine : public testing::TestWithParam<const char*> {};
TEST_P(SenselessLine, IsUnknown) { EXPECT_EQ(decode_watch_event(GetParam()).type, Type::unknown); }
INSTANTIATE_TEST_SUITE_P(Lines, SenselessLine,
                         testing::Values("", "{}", "[]", "1", R"({"type":"ADDED"})", R"({"type":"ADDED","object":{"ki)",
                                         R"({"type":"NEW","object":{"kind":"Service"}})", "\xff"));

TEST(Lists, TellTheirVersionAndWhetherMoreFollows) {
    const auto decoded = decode(R"({"kind":"IngressClassList","apiVersion":"networking.k8s.io/v1",)"
                                R"("metadata":{"resourceVersion":"12","continue":"abc","remainingItemCount":3},)"
                                R"("items":[{"metadata":{"name":"nginx"},"spec":{"controller":"c"}}]})",
                                "");
    EXPECT_EQ(decoded.list.resource_version, "12");
    EXPECT_EQ(decoded.list.continue_token, "abc");
    EXPECT_EQ(decoded.objects.size(), 1);
    EXPECT_TRUE(decode("kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\n", "f").list.resource_version.empty());
}

}  // namespace
}  // namespace fairway::k8s
