// What a file holds: documents, lists, kinds and API versions; what is refused, and what that leaves alone.
#include "k8s-client/objects/decode.hpp"

#include <fmt/format.h>

#include "k8s-client/decoding.hpp"

namespace fairway::k8s {
namespace {

using test::names;
using test::only;
using test::texts;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

const std::string kNamespaceA = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n";
const std::string kNamespaceB = "apiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n";

TEST(Documents, SeveralInOneFile) {
    const auto decoded =
        decode("# head\n---\n" + kNamespaceA + "---\n---\n# nothing\n---\n" + kNamespaceB + "...\n", "f.yaml");
    EXPECT_THAT(texts(decoded), IsEmpty());
    EXPECT_THAT(names(decoded), ElementsAre("Namespace a", "Namespace b"));
    EXPECT_EQ(meta_of(decoded.objects[1]).where.to_string(), "f.yaml:10:1");
}

TEST(Documents, NothingIsNothing) {
    for (const auto* text : {"", "\n", "# only a comment\n", "---\n", "null\n", "\xEF\xBB\xBF"}) {
        const auto decoded = decode(text, "f.yaml");
        EXPECT_THAT(decoded.objects, IsEmpty()) << text;
        EXPECT_THAT(texts(decoded), IsEmpty()) << text;
        EXPECT_FALSE(decoded.truncated) << text;
    }
}

TEST(Documents, ByteOrderMarkAndCarriageReturns) {
    const auto decoded = decode("\xEF\xBB\xBF"
                                "apiVersion: v1\r\nkind: Namespace\r\nmetadata:\r\n  name: a\r\n",
                                "f.yaml");
    EXPECT_THAT(texts(decoded), IsEmpty());
    EXPECT_THAT(names(decoded), ElementsAre("Namespace a"));
}

TEST(Documents, SyntaxErrorHurtsItsOwnDocumentOnly) {
    const auto decoded = decode(kNamespaceA + "---\nkind: [Service\nfoo: bar\n---\n" + kNamespaceB, "f.yaml");
    EXPECT_THAT(names(decoded), ElementsAre("Namespace a", "Namespace b"));
    EXPECT_TRUE(decoded.truncated);
    EXPECT_THAT(
        texts(decoded),
        ElementsAre("f.yaml:6:4: not valid YAML: did not find expected ',' or ']' while parsing a flow sequence that "
                    "began in line 5"));
    EXPECT_EQ(meta_of(decoded.objects[1]).where.to_string(), "f.yaml:8:1");
}

TEST(Documents, SyntaxErrorInTheFirstLineOfADocument) {
    const auto decoded = decode(kNamespaceA + "--- @\n---\n" + kNamespaceB, "f.yaml");
    EXPECT_THAT(names(decoded), ElementsAre("Namespace a", "Namespace b"));
    EXPECT_THAT(texts(decoded), ElementsAre("f.yaml:4:5: not valid YAML: found character that cannot start any token "
                                            "while scanning for the next token"));
}

struct SyntaxHint {
    const char* text;
    const char* complaint;
};
class SyntaxHints : public testing::TestWithParam<SyntaxHint> {};
TEST_P(SyntaxHints, TellWhatIsBehindIt) {
    const auto decoded = decode(GetParam().text, "f.yaml");
    EXPECT_TRUE(decoded.truncated);
    EXPECT_THAT(texts(decoded), ElementsAre(GetParam().complaint));
}
INSTANTIATE_TEST_SUITE_P(
    Yaml, SyntaxHints,
    testing::Values(
        SyntaxHint{"kind: Pod\nspec:\n\tcontainers: []\n", "f.yaml:3:1: not valid YAML: found character that cannot "
                                                           "start any token while scanning for the next token; "
                                                           "indent with spaces, not with tabs"},
        SyntaxHint{
            "{{- if .Values.ingress }}\nkind: Ingress\n{{- end }}\n",
            "f.yaml:1:3: not valid YAML: did not find expected node content while parsing a flow node; this looks like "
            "a template: render it first (helm template)"}));

TEST(Documents, AForbiddenByteKeepsTheDocumentsBeforeIt) {
    for (const auto& bad : {std::string("\xFF"), std::string(1, '\0'), std::string("\xC0\x80"), std::string("\x1B")}) {
        const auto decoded =
            decode(kNamespaceA + "----\n---\n" + kNamespaceB.substr(0, 20) + bad + "\n---\n" + kNamespaceB, "f.yaml");
        EXPECT_THAT(names(decoded), IsEmpty());  // "----" makes the first document unreadable
        const auto other =
            decode(kNamespaceA + "---\n" + kNamespaceB.substr(0, 20) + bad + "\n---\n" + kNamespaceB, "f.yaml");
        EXPECT_THAT(names(other), ElementsAre("Namespace a"));
        EXPECT_TRUE(other.truncated);
        EXPECT_THAT(texts(other),
                    ElementsAre(fmt::format("f.yaml:6:6: byte 0x{:02x} is not text; write the file in UTF-8 without "
                                            "control characters",
                                            static_cast<unsigned char>(bad[0]))));
    }
}

TEST(Lists, AreFlattened) {
    const auto decoded = decode("apiVersion: v1\nkind: List\nitems:\n- " +
                                    std::string("{apiVersion: v1, kind: Namespace, metadata: {name: a}}\n") +
                                    "- {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}\n",
                                "f.yaml");
    EXPECT_THAT(texts(decoded), IsEmpty());
    EXPECT_THAT(names(decoded), ElementsAre("Namespace a", "ConfigMap default/b"));
}

TEST(Lists, ItemsOfATypedListInheritTheirKind) {
    const auto decoded = decode(R"({"kind":"ServiceList","apiVersion":"v1","metadata":{"resourceVersion":"7"},
        "items":[{"metadata":{"name":"a","namespace":"x"},"spec":{"ports":[{"port":80}]}}]})",
                                "");
    EXPECT_THAT(texts(decoded), IsEmpty());
    EXPECT_THAT(names(decoded), ElementsAre("Service x/a"));
    EXPECT_EQ(meta_of(decoded.objects[0]).where, Position{});  // from a cluster: no position
}

TEST(Lists, OneBadItemLeavesTheOthers) {
    const auto decoded = decode(R"(apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: a, name: a}
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: b}
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: c}
  data: {x: 1}
-
- {kind: List, apiVersion: v1, items: []}
)",
                                "f.yaml");
    EXPECT_THAT(names(decoded), ElementsAre("ConfigMap default/b"));
    EXPECT_THAT(decoded.refused, ElementsAre(Pair("ConfigMap", ObjectName{"default", "a"}),
                                             Pair("ConfigMap", ObjectName{"default", "c"})));
    EXPECT_THAT(
        texts(decoded),
        ElementsAre("f.yaml:14:2: items[3]: an item of this list is empty; remove its \"-\" or fill it in",
                    "f.yaml:6:23: ConfigMap default/a: key \"name\" is here twice; remove one",
                    "f.yaml:13:13: ConfigMap default/c data[x]: must be a string, not a number; write \"1\" in quotes",
                    "f.yaml:15:10: List kind: a list inside a list is not read; move its items up"));
}

TEST(Kinds, UnknownOnesAreToldOnce) {
    const auto decoded = decode("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n---\n"
                                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: b}\n---\n"
                                "apiVersion: networking.k8s.io/v1\nkind: Ingres\n---\n"
                                "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: c}\n---\n"
                                "kind: Gateway\n---\n"
                                "apiVersion: x.io/v1\nkind: FooList\nitems: []\n",
                                "f.yaml");
    EXPECT_THAT(names(decoded), IsEmpty());
    EXPECT_THAT(decoded.refused, IsEmpty());
    EXPECT_THAT(
        texts(decoded),
        ElementsAre("f.yaml:2:7: kind: apps/v1 Deployment is not a kind that Fairway reads; skipped",
                    "f.yaml:10:7: kind: networking.k8s.io/v1 Ingres is not a kind that Fairway reads; skipped; did you "
                    "mean \"Ingress\"?",
                    "f.yaml:13:7: kind: serving.knative.dev/v1 Service is not a kind that Fairway reads; skipped",
                    "f.yaml:16:7: kind: Gateway is not a kind that Fairway reads; skipped",
                    "f.yaml:19:7: kind: x.io/v1 Foo is not a kind that Fairway reads; skipped"));
    for (const auto& complaint : decoded.complaints) EXPECT_EQ(complaint.severity, Severity::notice);
}

TEST(Kinds, EveryApiVersionThatIsRead) {
    const std::pair<const char*, const char*> cases[] = {{"networking.k8s.io/v1", "IngressClass"},
                                                         {"networking.k8s.io/v1beta1", "IngressClass"},
                                                         {"v1", "Endpoints"},
                                                         {"discovery.k8s.io/v1", "EndpointSlice"},
                                                         {"discovery.k8s.io/v1beta1", "EndpointSlice"},
                                                         {"v1", "Secret"},
                                                         {"v1", "ConfigMap"},
                                                         {"v1", "Pod"},
                                                         {"v1", "Namespace"},
                                                         {"v1", "Node"}};
    for (const auto& [version, kind] : cases) {
        const auto decoded = decode(
            fmt::format(
                "{{apiVersion: {}, kind: {}, metadata: {{name: a}}, addressType: IPv4, spec: {{controller: x/y}}}}",
                version, kind),
            "f.yaml");
        ASSERT_THAT(decoded.objects, SizeIs(1)) << version << kind;
        EXPECT_EQ(kind_of(decoded.objects[0]), kind);
    }
}

TEST(Meta, IsReadWhole) {
    const auto ns = only<Namespace>(R"(apiVersion: v1
kind: Namespace
metadata:
  name: a
  uid: 6c62a1e8
  resourceVersion: "12"
  generation: 3
  creationTimestamp: 2026-07-01T12:00:00Z
  deletionTimestamp: "2026-07-01T14:00:00.25+02:00"
  labels: {app: web}
  annotations:
    note: |
      two
      lines
    empty:
)");
    EXPECT_EQ(ns.meta.name, (ObjectName{"", "a"}));
    EXPECT_EQ(ns.meta.uid, "6c62a1e8");
    EXPECT_EQ(ns.meta.resource_version, "12");
    EXPECT_EQ(ns.meta.generation, 3);
    EXPECT_EQ(ns.meta.creation_time, 1782907200);
    EXPECT_EQ(ns.meta.deletion_time, 1782907200);
    EXPECT_THAT(ns.meta.labels, ElementsAre(Pair("app", "web")));
    EXPECT_THAT(ns.meta.annotations, ElementsAre(Pair("empty", ""), Pair("note", "two\nlines\n")));
    EXPECT_EQ(ns.meta.annotation_positions.at("note").to_string(), "f.yaml:12:11");
}

TEST(Meta, NullIsAbsent) {
    const auto map = only<ConfigMap>("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: , "
                                     "creationTimestamp: null, labels: ~}\ndata:\n");
    EXPECT_EQ(map.meta.name, (ObjectName{"default", "a"}));
    EXPECT_EQ(map.meta.creation_time, 0);
    EXPECT_THAT(map.data, IsEmpty());
}

TEST(Meta, DefaultNamespaceIsTheCallers) {
    const auto decoded = decode("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", "f.yaml", "shop");
    EXPECT_THAT(names(decoded), ElementsAre("ConfigMap shop/a"));
}

TEST(PositionText, HasWhatIsKnown) {
    EXPECT_EQ((Position{"a.yaml", 3, 4}).to_string(), "a.yaml:3:4");
    EXPECT_EQ((Position{"a.yaml", 3, 0}).to_string(), "a.yaml:3");
    EXPECT_EQ((Position{"a.yaml", 0, 0}).to_string(), "a.yaml");
    EXPECT_EQ((Position{}).to_string(), "");
    EXPECT_EQ((Position{"a", 1, 1}), (Position{std::string("a"), 1, 1}));
    EXPECT_LT((Position{"a", 1, 9}), (Position{"a", 2, 1}));
}

TEST(IntOrStringText, IsTheValue) {
    EXPECT_EQ(to_string(IntOrString{80}), "80");
    EXPECT_EQ(to_string(IntOrString{"http"}), "http");
}

TEST(Json, BecomesTheSameObjects) {
    const auto ingress = only<Ingress>(R"({
	"apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
	"metadata": {"name": "web", "annotations": {"text": "tab\tquote\" \u00e9\ud83d\ude00\/"}},
	"spec": {"rules": [{"host": "e.example"}]}
})",
                                       "f.json");
    EXPECT_EQ(ingress.meta.annotations.at("text"), "tab\tquote\" é😀/");
    EXPECT_EQ(ingress.meta.annotation_positions.at("text").to_string(), "f.json:3:54");
}

}  // namespace
}  // namespace fairway::k8s
