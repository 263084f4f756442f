// The JSON reader: RFC 8259 and nothing else.
#include "k8s-client/decoding.hpp"

namespace fairway::k8s {
namespace {

using test::names;
using test::texts;
using testing::ElementsAre;
using testing::IsEmpty;

// A ConfigMap whose only value is the JSON text under test.
std::string with_value(const std::string& json) {
    return R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":)" + json + "}}";
}

struct StringCase {
    const char* json;
    const char* value;
};
class JsonStrings : public testing::TestWithParam<StringCase> {};
TEST_P(JsonStrings, AreDecoded) {
    const auto map = test::only<ConfigMap>(with_value(GetParam().json));
    EXPECT_EQ(map.data.at("x"), GetParam().value);
}
INSTANTIATE_TEST_SUITE_P(Values, JsonStrings,
                         testing::Values(StringCase{R"("")", ""}, StringCase{R"("plain é")", "plain é"},
                                         StringCase{R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
                                         StringCase{R"("A\u0041")", "AA"}, StringCase{R"("\u00e9\u20AC")", "é€"},
                                         StringCase{R"("\ud83d\ude00!")", "😀!"}));

struct BadCase {
    const char* json;
    const char* complaint;
};
class BadJson : public testing::TestWithParam<BadCase> {};
TEST_P(BadJson, IsRefusedWithItsPlace) {
    const auto decoded = decode(with_value(GetParam().json), "f");
    EXPECT_THAT(decoded.objects, IsEmpty());
    EXPECT_TRUE(decoded.truncated);
    EXPECT_THAT(texts(decoded), ElementsAre(GetParam().complaint));
}
INSTANTIATE_TEST_SUITE_P(
    Texts, BadJson,
    testing::Values(
        BadCase{"", "f:1:75: not valid JSON: expected a value"},
        BadCase{"tru", "f:1:75: not valid JSON: expected a value"},
        BadCase{"'a'", "f:1:75: not valid JSON: expected a value"},
        BadCase{"01", "f:1:77: not valid JSON: a JSON number has no leading zero"},
        BadCase{"1.", "f:1:77: not valid JSON: expected a digit after the decimal point"},
        BadCase{"1e", "f:1:77: not valid JSON: expected a digit in the exponent"},
        BadCase{"-", "f:1:76: not valid JSON: expected a value"},
        BadCase{"[1 2]", "f:1:78: not valid JSON: expected ',' or ']' after a value"},
        BadCase{"[1,]", "f:1:78: not valid JSON: expected a value"},
        BadCase{"{\"a\" 1}", "f:1:80: not valid JSON: expected ':' after a key"},
        BadCase{"{\"a\":1,}", "f:1:82: not valid JSON: expected a key in double quotes"},
        BadCase{"{a:1}", "f:1:76: not valid JSON: expected a key in double quotes"},
        BadCase{"1 2", "f:1:77: not valid JSON: expected ',' or '}' after a value"},
        BadCase{"\"a\nb\"", "f:1:77: not valid JSON: a line break or tab inside a string; write it as \\n or \\t"},
        BadCase{R"("\x")", "f:1:78: not valid JSON: unknown escape in a string"},
        BadCase{R"("\u12")", "f:1:80: not valid JSON: \\u needs four hexadecimal digits that form a character"},
        BadCase{R"("\ud83d")", "f:1:82: not valid JSON: \\u needs four hexadecimal digits that form a character"},
        BadCase{R"("\ud83d\u0041")", "f:1:88: not valid JSON: \\u needs four hexadecimal digits that form a character"},
        BadCase{R"("\ude00")", "f:1:82: not valid JSON: \\u needs four hexadecimal digits that form a character"},
        BadCase{"\"abc", "f:1:81: not valid JSON: a string is not closed"},
        BadCase{"\"abc\\", "f:1:82: not valid JSON: a string is not closed"}));

TEST(JsonDocuments, SeveralOneAfterTheOther) {
    const auto one = with_value("\"1\"");
    auto decoded = decode(one + one + "\n" + one + "\n---\n" + one +
                              "\n---\nkind: Namespace\napiVersion: v1\nmetadata: {name: yaml}\n",
                          "f");
    EXPECT_THAT(texts(decoded), IsEmpty());
    EXPECT_THAT(decoded.objects, testing::SizeIs(5));
    EXPECT_EQ(meta_of(decoded.objects[4]).where.to_string(), "f:6:1");
    EXPECT_EQ(meta_of(decoded.objects[3]).where.to_string(), "f:4:1");
}

TEST(JsonDocuments, AnErrorHurtsItsOwnDocumentOnly) {
    const auto decoded = decode("{\"kind\": oops}\n---\n" + with_value("\"1\""), "f");
    EXPECT_TRUE(decoded.truncated);
    EXPECT_THAT(names(decoded), ElementsAre("ConfigMap default/a"));
    EXPECT_THAT(texts(decoded), ElementsAre("f:1:10: not valid JSON: expected a value"));
}

TEST(JsonDocuments, FlowMappingsOfYamlAreYaml) {
    EXPECT_THAT(names(decode("{apiVersion: v1, kind: Namespace, metadata: {name: a}}", "f")),
                ElementsAre("Namespace a"));
}

TEST(JsonDocuments, NumbersAndEmptyContainers) {
    const auto service = test::only<Service>(
        R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"a","labels":{},"generation":12345678901},
        "spec":{"ports":[{"port":8e1,"nodePort":0}],"externalIPs":[],"publishNotReadyAddresses":true,"selector":null,"topologyKeys":[-1.5,false]}})");
    EXPECT_EQ(service.meta.generation, 12345678901);
    EXPECT_EQ(service.ports.at(0).port, 80);
    EXPECT_TRUE(service.publish_not_ready_addresses);
    EXPECT_THAT(service.selector, IsEmpty());
}

}  // namespace
}  // namespace fairway::k8s
