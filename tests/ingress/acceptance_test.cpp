// What refuses an Ingress whole, and which version counts then.
#include "ingress/acceptance.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingress/manifests.hpp"
#include "translation/workbench.hpp"

namespace fairway::ingress::test {
namespace {

using testing::HasSubstr;

constexpr const char* kPrefix = "nginx.ingress.kubernetes.io";

k8s::Ingress ingress(const std::string& host, const std::string& path) {
    k8s::Ingress made;
    made.meta.name = {"shop", "web"};
    made.rules.push_back(
        {.host = host, .paths = {{.path = path, .backend = {}, .where = {}, .field = {}}}, .where = {}});
    return made;
}

struct AttackCase {
    const char* path;
    bool found;
};

class DeepInspect : public testing::TestWithParam<AttackCase> {};
TEST_P(DeepInspect, LooksForDirectivesAndPlaces) {
    EXPECT_EQ(find_attack(ingress("", GetParam().path)).has_value(), GetParam().found) << GetParam().path;
}
INSTANTIATE_TEST_SUITE_P(Paths, DeepInspect,
                         testing::Values(AttackCase{"/shop", false}, AttackCase{"/root", false},
                                         AttackCase{"/root;x", true}, AttackCase{"/a { alias /etc/; }", true},
                                         AttackCase{"/aliases", false}, AttackCase{"/etc/passwd", true},
                                         AttackCase{"/etc/hosts", false}, AttackCase{"/etc/ingress-controller/x", true},
                                         AttackCase{"/var/run/secrets/x", true},
                                         AttackCase{"/content_by_lua_block", true}));

TEST(DeepInspectMessage, SaysWhereInTheWordsOfIngressNginx) {
    EXPECT_EQ(find_attack(ingress("", "/etc/passwd"))->message,
              "invalid rule in ingress shop/web: invalid http path: invalid value found: /etc/passwd");
    EXPECT_EQ(find_attack(ingress("x_by_lua", "/"))->message,
              "invalid host in ingress shop/web: invalid value found: x_by_lua");
    auto tls = ingress("", "/");
    tls.tls.push_back({.hosts = {}, .secret_name = "/var/run/secrets", .where = {}});
    EXPECT_EQ(find_attack(tls)->message, "invalid secret in ingress shop/web: invalid value found: /var/run/secrets");
    tls.tls = {{.hosts = {"/etc/nginx"}, .secret_name = {}, .where = {}}};
    EXPECT_EQ(find_attack(tls)->message,
              "invalid host in ingress tls config shop/web: invalid value found: /etc/nginx");
}

k8s::Ingress annotated(const std::string& name, const std::string& value) {
    auto made = ingress("", "/");
    made.meta.annotations[name] = value;
    return made;
}

TEST(WordBlocklist, LooksAtValuesOfOurPrefixOnly) {
    const AcceptanceRules rules{.blocked_words = {"proxy_pass", "lua"}};
    const auto name = std::string(kPrefix) + "/app-root";
    EXPECT_EQ(find_blocked_word(annotated(name, "/x;proxy_pass"), kPrefix, rules)->message,
              "nginx.ingress.kubernetes.io/app-root annotation contains invalid word proxy_pass");
    EXPECT_FALSE(find_blocked_word(annotated(name, "/x"), kPrefix, rules));
    EXPECT_FALSE(find_blocked_word(annotated("example.com/lua", "lua"), kPrefix, rules));
    EXPECT_FALSE(find_blocked_word(annotated(name, "proxy_pass"), kPrefix, {}));
}

struct RiskCase {
    const char* annotation;
    Risk level;
    const char* group;  ///< nullptr: accepted
};

class RiskLevel : public testing::TestWithParam<RiskCase> {};
TEST_P(RiskLevel, RefusesWhatIsAbove) {
    const auto& [annotation, level, group] = GetParam();
    const AcceptanceRules rules{.risk_level = level};
    const auto refusal = find_risky_annotation(annotated(std::string(kPrefix) + "/" + annotation, "x"), kPrefix, rules);
    ASSERT_EQ(refusal.has_value(), group != nullptr) << annotation;
    if (group == nullptr) return;
    EXPECT_THAT(refusal->message,
                testing::StartsWith(fmt::format(
                    "annotation group {} contains risky annotation based on ingress configuration", group)));
}
INSTANTIATE_TEST_SUITE_P(Annotations, RiskLevel,
                         testing::Values(RiskCase{"server-snippet", Risk::high, "ServerSnippet"},
                                         RiskCase{"configuration-snippet", Risk::high, "ConfigurationSnippet"},
                                         RiskCase{"auth-snippet", Risk::high, "ExternalAuth"},
                                         RiskCase{"modsecurity-snippet", Risk::medium, "ModSecurity"},
                                         RiskCase{"server-snippet", Risk::critical, nullptr},
                                         RiskCase{"auth-url", Risk::high, nullptr},
                                         RiskCase{"auth-url", Risk::medium, "ExternalAuth"},
                                         RiskCase{"auth-realm", Risk::low, "BasicDigestAuth"},
                                         RiskCase{"auth-type", Risk::low, nullptr},
                                         RiskCase{"proxy-body-size", Risk::low, "Proxy"},
                                         RiskCase{"no-such-annotation", Risk::low, nullptr}));

TEST(RiskLevelWord, IsReadInAnyCase) {
    EXPECT_EQ(*parse_risk("critical"), Risk::critical);
    EXPECT_EQ(*parse_risk("Low"), Risk::low);
    EXPECT_THAT(parse_risk("severe").error().message, HasSubstr("Low, Medium, High or Critical"));
}

TEST(AnnotationGroups, EveryAnnotationHasOne) {
    for (const auto& row : annotation_table()) {
        if (row.status == Status::meaningless) continue;
        EXPECT_NE(annotation_group(row.name), row.name) << row.name;
    }
}

const routing::Route* route(const std::shared_ptr<const routing::Snapshot>& snapshot, const std::string& host,
                            const std::string& path = "/") {
    return snapshot->routes->match(host, path).route;
}

bool serves(const std::shared_ptr<const routing::Snapshot>& snapshot, const std::string& host) {
    return route(snapshot, host) != nullptr;
}

constexpr const char* kSnippet = "{nginx.ingress.kubernetes.io/server-snippet: 'return 403;'}";

TEST(Acceptance, KeepsTheVersionThatWasAcceptedBefore) {
    Workbench bench;
    bench.put("svc", service_manifest("web", "10.0.0.1"));
    bench.put("a", ingress_manifest("web", "old.example.com"));
    bench.put("b", ingress_manifest("never", "never.example.com", "web", kSnippet));
    auto snapshot = bench.translate();
    EXPECT_TRUE(serves(snapshot, "old.example.com"));
    EXPECT_FALSE(serves(snapshot, "never.example.com"));
    bench.take_fresh();

    bench.put("a", ingress_manifest("web", "new.example.com", "web", kSnippet));
    snapshot = bench.translate();
    EXPECT_TRUE(serves(snapshot, "old.example.com"));
    EXPECT_FALSE(serves(snapshot, "new.example.com"));
    const auto fresh = bench.take_fresh();
    ASSERT_EQ(fresh.diagnostics.size(), 1u);
    EXPECT_EQ(fresh.diagnostics[0].reason, "RiskyAnnotation");
    EXPECT_THAT(fresh.diagnostics[0].message,
                testing::StartsWith(
                    "annotation group ServerSnippet contains risky annotation based on ingress configuration. Write in "
                    "its place nginx.ingress.kubernetes.io/denylist-source-range"));
    EXPECT_THAT(fresh.diagnostics[0].message, testing::EndsWith(". The version before stays"));

    bench.put("svc", service_manifest("web", "10.0.0.2"));
    snapshot = bench.translate();
    EXPECT_TRUE(serves(snapshot, "old.example.com")) << "also when something else makes it be looked at again";

    bench.put("a", ingress_manifest("web", "new.example.com"));
    snapshot = bench.translate();
    EXPECT_FALSE(serves(snapshot, "old.example.com"));
    EXPECT_TRUE(serves(snapshot, "new.example.com"));

    bench.remove("a");
    EXPECT_FALSE(serves(bench.translate(), "new.example.com"));
}

std::string configmap(const std::string& data) {
    return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fairway}\ndata: " + data + "\n";
}

TEST(Acceptance, FollowsTheConfigMap) {
    auto options = standalone_options();
    options.configmap = k8s::ObjectName{"default", "fairway"};
    Workbench bench(options);
    bench.put("svc", service_manifest("web", "10.0.0.1"));
    bench.put("a", ingress_manifest("snippet", "snippet.example.com", "web", kSnippet));
    bench.put("b", ingress_manifest("plain", "plain.example.com", "web",
                                    "{nginx.ingress.kubernetes.io/proxy-body-size: 8m}"));
    bench.put("cm", configmap("{annotations-risk-level: Low}"));
    auto snapshot = bench.translate();
    EXPECT_FALSE(serves(snapshot, "plain.example.com"));

    bench.put("cm", configmap("{annotations-risk-level: Critical}"));
    snapshot = bench.translate();
    EXPECT_TRUE(serves(snapshot, "plain.example.com"));
    ASSERT_TRUE(serves(snapshot, "snippet.example.com"));
    EXPECT_TRUE(route(snapshot, "snippet.example.com")->policy->denied.empty()) << "snippets are dropped";

    bench.put("cm", configmap("{annotations-risk-level: Critical, allow-snippet-annotations: 'true'}"));
    snapshot = bench.translate();
    EXPECT_FALSE(route(snapshot, "snippet.example.com")->policy->denied.empty())
        << "whoever counts on them must not be served without";

    bench.put("cm",
              configmap("{annotations-risk-level: Critical, annotation-value-word-blocklist: 'load_module, return'}"));
    bench.put("c", ingress_manifest("late", "late.example.com", "web", kSnippet));
    snapshot = bench.translate();
    EXPECT_TRUE(serves(snapshot, "snippet.example.com")) << "what was accepted stays";
    EXPECT_FALSE(serves(snapshot, "late.example.com"));
}

TEST(Acceptance, ANewRiskLevelThatIsNoWordCountsAsLow) {
    auto options = standalone_options();
    options.configmap = k8s::ObjectName{"default", "fairway"};
    Workbench bench(options);
    bench.put("cm", configmap("{annotations-risk-level: severe}"));
    bench.translate();
    EXPECT_EQ(bench.translator().settings().acceptance.risk_level, Risk::low);
    EXPECT_THAT(bench.report().diagnostics.at(0).message, HasSubstr("Low counts"));
}

TEST(Acceptance, InspectsUnlessItIsToldNotTo) {
    for (const bool inspect : {true, false}) {
        auto options = standalone_options();
        options.deep_inspect = inspect;
        Workbench bench(options);
        bench.put("svc", service_manifest("web", "10.0.0.1"));
        auto manifest = ingress_manifest("web", "web.example.com");
        manifest.replace(manifest.find("path: /\n"), 7, "path: /etc/passwd");
        bench.put("a", manifest);
        const auto snapshot = bench.translate();
        EXPECT_EQ(route(snapshot, "web.example.com", "/etc/passwd") != nullptr, !inspect);
    }
}

TEST(IngressClasses, InAClusterANameWithoutObjectIsNobodys) {
    for (const bool cluster : {true, false}) {
        TranslationOptions options;
        options.class_objects_decide = cluster;
        Workbench bench(options);
        bench.put("svc", service_manifest("web", "10.0.0.1"));
        auto manifest = ingress_manifest("web", "web.example.com");
        manifest += "  ingressClassName: nginx\n";
        bench.put("a", manifest);
        EXPECT_EQ(serves(bench.translate(), "web.example.com"), !cluster);
        bench.put("class", "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: nginx}\nspec: "
                           "{controller: k8s.io/ingress-nginx}\n");
        EXPECT_TRUE(serves(bench.translate(), "web.example.com"));
    }
}

TEST(IngressClasses, ThatMayNotBeReadLeaveTheAnnotationAlone) {
    TranslationOptions options;
    options.class_objects_decide = true;
    Workbench bench(options);
    bench.put("svc", service_manifest("web", "10.0.0.1"));
    bench.put("a", ingress_manifest("named", "named.example.com") + "  ingressClassName: nginx\n");
    bench.put("b",
              ingress_manifest("annotated", "annotated.example.com", "web", "{kubernetes.io/ingress.class: nginx}"));
    bench.put("class", "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: nginx}\nspec: "
                       "{controller: k8s.io/ingress-nginx}\n");
    bench.translator().deny_class_objects(true);
    auto snapshot = bench.translate();
    EXPECT_FALSE(serves(snapshot, "named.example.com"));
    EXPECT_TRUE(serves(snapshot, "annotated.example.com"));
    bench.translator().deny_class_objects(false);
    snapshot = bench.translate();
    EXPECT_TRUE(serves(snapshot, "named.example.com"));
}

}  // namespace
}  // namespace fairway::ingress::test
