// Secret (and that its values stay secret), ConfigMap and Node.
#include "k8s-client/objects/config.hpp"

#include <type_traits>

#include "k8s-client/decoding.hpp"
#include "k8s-client/objects/arena.hpp"
#include "k8s-client/objects/base64.hpp"

namespace fairway::k8s {
namespace {

using test::only;
using test::texts;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

TEST(SecretDecode, DataIsDecodedAndStringDataWins) {
    const auto secret = only<Secret>(R"(apiVersion: v1
kind: Secret
metadata: {name: kubia-tls}
type: kubernetes.io/tls
data:
  tls.crt: |
    aGVsbG8g
    d29ybGQ=
  tls.key: b2xk
  empty: ""
stringData:
  tls.key: new
)");
    EXPECT_EQ(secret.type, "kubernetes.io/tls");
    EXPECT_THAT(secret.data, ElementsAre(Pair("empty", ""), Pair("tls.crt", "hello world"), Pair("tls.key", "new")));
}

TEST(SecretDecode, NoMessageShowsAValue) {
    const auto decoded = decode(R"(apiVersion: v1
kind: Secret
metadata: {name: s}
type: 8234751
data:
  not-base64: "hunter2!"
  number: 8234751
  bad key: aHVudGVyMg==
stringData:
  pin: 8234751
  pin2: true
)",
                                "f.yaml");
    EXPECT_THAT(decoded.objects, IsEmpty());
    EXPECT_THAT(
        texts(decoded),
        ElementsAre(
            "f.yaml:4:7: Secret default/s type: must be a string, not a number; write it in quotes",
            "f.yaml:6:15: Secret default/s data[not-base64]: is not base64; encode it (base64 -w0 FILE), or write "
            "plain "
            "text under stringData",
            "f.yaml:7:11: Secret default/s data[number]: must be base64 text, not a number; write it in quotes",
            "f.yaml:8:12: Secret default/s data[bad key]: \"bad key\" is not a key; use letters, digits, '-', '_' and "
            "'.', at most 253",
            "f.yaml:10:8: Secret default/s stringData[pin]: must be a string, not a number; write it in quotes",
            "f.yaml:11:9: Secret default/s stringData[pin2]: must be a string, not a boolean; write it in quotes"));
}

TEST(SecretDecode, SyntaxErrorsShowNoValueEither) {
    for (const auto* text :
         {"kind: Secret\nstringData:\n  a: \"hunter2\n", "kind: Secret\nstringData:\n  a: hunter2: x\n",
          "{\"stringData\": {\"a\": \"hunter2\\x\"}}", "kind: Secret\nstringData: {a: *hunter3}\n? [hunter2]\n: x\n"}) {
        const auto decoded = decode(text, "f.yaml");
        EXPECT_THAT(texts(decoded), Not(IsEmpty())) << text;
        EXPECT_THAT(texts(decoded), Each(Not(HasSubstr("hunter2")))) << text;
    }
}

TEST(SecretType, MovesWithoutCopying) {
    static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
    static_assert(std::is_nothrow_move_constructible_v<Object>,
                  "a vector of objects must move Secrets, never copy them");
    Secret a;
    a.data["key"] = "value";
    const auto* const where = a.data["key"].data();
    Secret b;
    b.data["old"] = "x";
    b = std::move(a);
    EXPECT_THAT(b.data, ElementsAre(Pair("key", "value")));
    EXPECT_EQ(b.data["key"].data(), where);
    Secret c = std::move(b);
    EXPECT_EQ(c.data["key"].data(), where);
}

TEST(Wipe, LeavesNothingInAString) {
    std::string text = "a long secret that does not fit into the string object itself";
    const auto size = text.size();
    text.resize(4);
    wipe(text);
    EXPECT_TRUE(text.empty());
    EXPECT_EQ(std::string(text.data(), size), std::string(size, '\0'));
}

TEST(Wipe, LeavesNothingInAnArena) {
    Arena arena;
    const auto kept = arena.copy("secret");
    const auto* const memory = kept.data();
    arena.reset();
    EXPECT_EQ(std::string(memory, 6), std::string(6, '\0'));  // the first block stays
    EXPECT_EQ(arena.copy("again").data(), memory);
    const std::string large(1'000'000, 'x');
    EXPECT_EQ(arena.copy(large), large);
    EXPECT_EQ(arena.copy("behind it"), "behind it");
    EXPECT_EQ(arena.copy(""), "");
}

struct Base64Case {
    const char* text;
    const char* value;  // nullptr: refused
};
class Base64 : public testing::TestWithParam<Base64Case> {};
TEST_P(Base64, DecodesAsGoDoes) {
    std::string out = "before";
    EXPECT_EQ(decode_base64(GetParam().text, out), GetParam().value != nullptr);
    EXPECT_EQ(out, GetParam().value ? GetParam().value : "");
}
INSTANTIATE_TEST_SUITE_P(
    Values, Base64,
    testing::Values(Base64Case{"", ""}, Base64Case{"Zg==", "f"}, Base64Case{"Zm8=", "fo"}, Base64Case{"Zm9v", "foo"},
                    Base64Case{"Zm9vYg==", "foob"}, Base64Case{"Zm\n9v\r\n", "foo"}, Base64Case{"+/+/", "\xFB\xFF\xBF"},
                    Base64Case{"Zg=", nullptr}, Base64Case{"Zg", nullptr}, Base64Case{"Z", nullptr},
                    Base64Case{"Zg===", nullptr}, Base64Case{"Zg==Zg==", nullptr}, Base64Case{"Zm9v=", nullptr},
                    Base64Case{"Zm 9v", nullptr}, Base64Case{"-_-_", nullptr}, Base64Case{"====", nullptr}));

TEST(ConfigMapDecode, ValuesAreText) {
    const auto map = only<ConfigMap>(R"(apiVersion: v1
kind: ConfigMap
metadata: {name: ingress-nginx-controller}
data:
  proxy-read-timeout: "90"
  log-format-escape-json: 'true'
  on: plain
binaryData: {blob: AAEC}
immutable: true
)");
    EXPECT_THAT(map.data, ElementsAre(Pair("log-format-escape-json", "true"), Pair("proxy-read-timeout", "90"),
                                      Pair("true", "plain")));
    EXPECT_EQ(map.data_positions.at("proxy-read-timeout").to_string(), "f.yaml:5:23");
}

TEST(NodeDecode, HasItsAddresses) {
    const auto node = only<Node>("{apiVersion: v1, kind: Node, metadata: {name: n1}, status: {addresses: [{type: "
                                 "InternalIP, address: 192.0.2.1}, {type: Hostname, address: n1}]}}");
    EXPECT_THAT(node.addresses, ElementsAre(Pair("InternalIP", "192.0.2.1"), Pair("Hostname", "n1")));
}

}  // namespace
}  // namespace fairway::k8s
