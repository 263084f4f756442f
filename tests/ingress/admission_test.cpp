// The admission webhook: what it denies, in which words and order, and what it only warns of.
#include "ingress/admission/admission.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "ingress/admission/review.hpp"
#include "ingress/manifests.hpp"
#include "translation/workbench.hpp"

namespace fairway::ingress::test {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Path {
    std::string host;
    std::string path;
    std::string type = "Prefix";
};

/// An Ingress as an API server sends it: JSON, with a UID.
struct Given {
    std::string name = "web";
    json::object annotations;
    std::vector<Path> paths{{"web.example.com", "/", "Prefix"}};
    std::string service = "web";
    std::string class_name = "nginx";
    bool default_backend = false;
    std::string uid = "0c7e5a3c-5c1c-4d8a-9d0e-2f6a1b3c4d5e";
    bool being_deleted = false;
    std::string tls_secret;
};

json::object backend(const std::string& service) {
    return {{"service", json::object{{"name", service}, {"port", json::object{{"number", 80}}}}}};
}

std::string object_json(const Given& given) {
    json::object metadata{{"name", given.name},
                          {"namespace", "default"},
                          {"uid", given.uid},
                          {"creationTimestamp", "2026-01-01T00:00:00Z"},
                          {"annotations", given.annotations}};
    if (given.being_deleted) metadata["deletionTimestamp"] = "2026-01-01T00:00:01Z";
    json::array rules;
    for (const auto& [host, path, type] : given.paths) {
        json::object entry{{"path", path}, {"pathType", type}, {"backend", backend(given.service)}};
        json::object rule{{"http", json::object{{"paths", json::array{std::move(entry)}}}}};
        if (!host.empty()) rule["host"] = host;
        rules.push_back(std::move(rule));
    }
    json::object spec{{"rules", std::move(rules)}};
    if (!given.class_name.empty()) spec["ingressClassName"] = given.class_name;
    if (given.default_backend) spec["defaultBackend"] = backend(given.service);
    if (!given.tls_secret.empty())
        spec["tls"] =
            json::array{json::object{{"hosts", json::array{"web.example.com"}}, {"secretName", given.tls_secret}}};
    return json::serialize(json::object{{"apiVersion", "networking.k8s.io/v1"},
                                        {"kind", "Ingress"},
                                        {"metadata", std::move(metadata)},
                                        {"spec", std::move(spec)}});
}

std::string review_json(const std::string& object, const std::string& group = "networking.k8s.io",
                        const std::string& kind = "Ingress") {
    return json::serialize(json::object{
        {"apiVersion", "admission.k8s.io/v1"},
        {"kind", "AdmissionReview"},
        {"request", json::object{{"uid", "review-1"},
                                 {"kind", json::object{{"group", group}, {"version", "v1"}, {"kind", kind}}},
                                 {"operation", "CREATE"},
                                 {"object", object.empty() ? json::value(nullptr) : json::parse(object)}}}});
}

struct Answer {
    bool allowed = false;
    std::string message;
    std::vector<std::string> warnings;
};

class Admission : public testing::Test {
protected:
    static TranslationOptions cluster_options() {
        TranslationOptions options;
        options.class_objects_decide = true;
        options.configmap = k8s::ObjectName{"default", "fairway"};
        return options;
    }

    void start(const TranslationOptions& options = cluster_options()) {
        bench_.emplace(options);
        bench_->put("class", "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: nginx}\nspec: "
                             "{controller: k8s.io/ingress-nginx}\n");
        bench_->put("svc", service_manifest("web", "10.0.0.1"));
        bench_->translate();
    }

    void configure(const std::string& data) {
        bench_->put("cm", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fairway}\ndata: " + data + "\n");
        bench_->translate();
    }

    void store(const Given& given) {
        bench_->put(given.name, object_json(given));
        bench_->translate();
    }

    Answer ask(const Given& given) {
        const auto answer = answer_review(review_json(object_json(given)), bench_->translator());
        EXPECT_EQ(answer.http_status, 200u) << answer.body;
        const auto review = json::parse(answer.body).get_object();
        EXPECT_EQ(review.at("kind"), "AdmissionReview");
        EXPECT_EQ(review.at("apiVersion"), "admission.k8s.io/v1");
        const auto& response = review.at("response").get_object();
        EXPECT_EQ(response.at("uid"), "review-1");
        Answer told{.allowed = response.at("allowed").get_bool()};
        if (const auto* status = response.if_contains("status")) {
            EXPECT_EQ(status->at("code"), 400);
            EXPECT_EQ(status->at("reason"), "BadRequest");
            told.message = status->at("message").get_string();
        }
        if (const auto* warnings = response.if_contains("warnings"))
            for (const auto& warning : warnings->get_array()) told.warnings.emplace_back(warning.get_string());
        EXPECT_EQ(told.allowed, told.message.empty());
        return told;
    }

    std::optional<Workbench> bench_;
};

json::object annotation(const std::string& name, const std::string& value) {
    return {{"nginx.ingress.kubernetes.io/" + name, value}};
}

TEST_F(Admission, AllowsWhatIsGood) {
    start();
    const auto answer = ask({});
    EXPECT_TRUE(answer.allowed) << answer.message;
    EXPECT_THAT(answer.warnings, IsEmpty());
}

TEST_F(Admission, ChangesNothing) {
    start();
    const auto before = bench_->translate();
    ask({.annotations = annotation("proxy-ssl-secret", "default/missing"), .tls_secret = "missing"});
    EXPECT_EQ(bench_->translate(), before);
    EXPECT_THAT(bench_->take_fresh().diagnostics, testing::SizeIs(1)) << "of the ConfigMap that is not there";
}

struct DenialCase {
    const char* name;
    Given given;
    const char* message;
};

class Denies : public Admission, public testing::WithParamInterface<DenialCase> {};
TEST_P(Denies, InTheWordsOfIngressNginx) {
    start();
    const auto answer = ask(GetParam().given);
    EXPECT_FALSE(answer.allowed);
    EXPECT_THAT(answer.message, testing::StartsWith(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Table, Denies,
    testing::Values(
        DenialCase{"Attack",
                   {.paths = {{"a.example.com", "/etc/passwd", "Exact"}}},
                   "invalid object: invalid rule in ingress default/web: invalid http path: invalid value found: "
                   "/etc/passwd"},
        DenialCase{"AttackOfAnotherClass",
                   {.paths = {{"a.example.com", "/x_by_lua", "Exact"}}, .class_name = "other"},
                   "invalid object: invalid rule in ingress"},
        DenialCase{"Uid", {.uid = "no-uuid"}, "ingress has invalid UID: no-uuid"},
        DenialCase{"Paths",
                   {.paths = {{"a.example.com", "/a(b)", "Prefix"}, {"a.example.com", "/c$", "Exact"}}},
                   "ingress contains invalid paths: path /a(b) cannot be used with pathType Prefix\n"
                   "path /c$ cannot be used with pathType Exact"},
        DenialCase{"Snippet",
                   {.annotations = annotation("server-snippet", "return 403;")},
                   "nginx.ingress.kubernetes.io/server-snippet annotation cannot be used. Snippet directives are "
                   "disabled by the Ingress administrator"},
        DenialCase{"Value",
                   {.annotations = annotation("permanent-redirect", "http://a\nb")},
                   "annotation nginx.ingress.kubernetes.io/permanent-redirect contains invalid value"},
        DenialCase{"Number",
                   {.annotations = annotation("permanent-redirect-code", "many")},
                   "annotation nginx.ingress.kubernetes.io/permanent-redirect-code contains invalid value"}),
    [](const auto& denial) { return denial.param.name; });

TEST_F(Admission, DeniesAConflictingPathOfAnotherIngress) {
    start();
    store({.name = "first", .paths = {{"web.example.com", "/foo", "Prefix"}, {"", "/all", "Exact"}}});
    const auto message = [&](const Path& path) { return ask({.paths = {path}}).message; };
    const std::string foo = "host \"web.example.com\" and path \"/foo\" is already defined in ingress default/first";
    EXPECT_EQ(message({"web.example.com", "/foo", "Prefix"}), foo);
    EXPECT_EQ(message({"web.example.com", "/foo", "Exact"}), foo) << "whatever its type";
    EXPECT_EQ(message({"web.example.com", "/foo/", "Prefix"}),
              "host \"web.example.com\" and path \"/foo/\" is already defined in ingress default/first");
    EXPECT_EQ(message({"", "/all", "Exact"}),
              "host \"_\" and path \"/all\" is already defined in ingress default/first");
    EXPECT_EQ(message({"", "/all/", "Exact"}), "");
    EXPECT_EQ(message({"web.example.com", "/foo/bar", "Prefix"}), "");
    EXPECT_EQ(message({"other.example.com", "/foo", "Prefix"}), "");
}

TEST_F(Admission, AnUpdateDoesNotConflictWithItself) {
    start();
    store({});
    EXPECT_TRUE(ask({}).allowed);
}

TEST_F(Admission, ACanaryMayHaveThePathsOfItsPrimary) {
    start();
    store({.name = "primary"});
    EXPECT_EQ(ask({.name = "canary", .annotations = annotation("canary", "true")}).message, "");
    EXPECT_NE(ask({.name = "canary", .annotations = annotation("canary", "false")}).message, "");
}

TEST_F(Admission, LooksAtNothingOfAnIngressThatIsNotOurs) {
    start();
    store({.name = "first"});
    EXPECT_TRUE(ask({.annotations = annotation("server-snippet", "x"), .class_name = "other"}).allowed);
    EXPECT_TRUE(ask({.annotations = annotation("server-snippet", "x"), .class_name = ""}).allowed);
    EXPECT_TRUE(ask({.annotations = annotation("server-snippet", "x"), .being_deleted = true}).allowed);
}

TEST_F(Admission, DeniesCatchAllsWhenTheyAreOff) {
    auto options = cluster_options();
    options.disable_catch_all = true;
    start(options);
    EXPECT_THAT(ask({.default_backend = true}).message,
                HasSubstr("trying to create a catch-all ingress while DisableCatchAll flag is set to true"));
    EXPECT_TRUE(ask({.paths = {{"", "/", "Prefix"}}}).allowed);
}

TEST_F(Admission, DeniesTheUsualPrefixWhenAnotherIsConfigured) {
    auto options = cluster_options();
    options.annotations_prefix = "edge.example.com";
    start(options);
    EXPECT_EQ(ask({.annotations = annotation("app-root", "/x")}).message,
              "this deployment has a custom annotation prefix defined. Use 'edge.example.com' instead of "
              "'nginx.ingress.kubernetes.io'");
}

TEST_F(Admission, DeniesByTheConfigMap) {
    start();
    configure("{annotation-value-word-blocklist: 'load_module,lua', annotations-risk-level: Medium}");
    EXPECT_EQ(ask({.annotations = annotation("app-root", "/lua")}).message,
              "nginx.ingress.kubernetes.io/app-root annotation contains invalid word lua");
    EXPECT_EQ(ask({.annotations = annotation("auth-url", "http://auth.example.com")}).message,
              "annotation group ExternalAuth contains risky annotation based on ingress configuration");
    configure("{annotations-risk-level: Critical, allow-snippet-annotations: 'true'}");
    EXPECT_THAT(ask({.annotations = annotation("server-snippet", "return 403;")}).message,
                HasSubstr("annotation server-snippet: nginx configuration text is never taken"));
}

TEST_F(Admission, ChecksInTheDocumentedOrder) {
    auto options = cluster_options();
    options.disable_catch_all = true;
    start(options);
    store({.name = "first"});
    configure("{annotation-value-word-blocklist: lua}");
    Given given{.annotations = annotation("server-snippet", "lua"),
                .paths = {{"web.example.com", "/", "Prefix"}, {"a.example.com", "/a|root;", "Prefix"}},
                .default_backend = true,
                .uid = "x"};
    given.annotations["nginx.ingress.kubernetes.io/permanent-redirect-code"] = "x";
    const auto begins = [&](const char* text) { return testing::StartsWith(text); };
    EXPECT_THAT(ask(given).message, begins("invalid object"));
    given.paths[1].path = "/a|b";
    EXPECT_THAT(ask(given).message, begins("this deployment is trying to create a catch-all"));
    given.default_backend = false;
    EXPECT_THAT(ask(given).message, begins("ingress has invalid UID"));
    given.uid = "";
    EXPECT_THAT(ask(given).message, begins("ingress contains invalid paths"));
    given.paths.pop_back();
    EXPECT_THAT(ask(given).message, HasSubstr("contains invalid word lua"));
    given.annotations["nginx.ingress.kubernetes.io/server-snippet"] = "x";
    EXPECT_THAT(ask(given).message, HasSubstr("Snippet directives are disabled"));
    given.annotations.erase("nginx.ingress.kubernetes.io/server-snippet");
    EXPECT_THAT(ask(given).message, HasSubstr("permanent-redirect-code contains invalid value"));
    given.annotations.clear();
    EXPECT_THAT(ask(given).message, HasSubstr("is already defined in ingress default/first"));
    given.paths[0].host = "free.example.com";
    EXPECT_EQ(ask(given).message, "");
}

TEST_F(Admission, WarnsOfWhatOnlyMayBeWrong) {
    start();
    EXPECT_THAT(ask({.service = "missing"}).warnings,
                ElementsAre(HasSubstr("spec.rules[0].http.paths[0].backend: Service default/missing does not exist")));
    EXPECT_THAT(ask({.tls_secret = "missing"}).warnings, ElementsAre(HasSubstr("missing")));
    EXPECT_THAT(ask({.annotations = annotation("proxy-read-timeout", "60s")}).warnings,
                ElementsAre(HasSubstr("annotation proxy-read-timeout: \"60s\"")));
    EXPECT_THAT(ask({.annotations = annotation("proxy-read-timout", "60")}).warnings,
                ElementsAre(HasSubstr("did you mean \"proxy-read-timeout\"")));
    EXPECT_THAT(ask({.annotations = annotation("proxy-ssl-secret", "default/missing")}).warnings,
                testing::Contains(HasSubstr("annotation proxy-ssl-secret")));
    const auto deprecated = ask({.annotations = annotation("enable-influxdb", "true")});
    EXPECT_THAT(deprecated.warnings,
                testing::Contains("annotation nginx.ingress.kubernetes.io/enable-influxdb is deprecated"));
    EXPECT_TRUE(deprecated.allowed);
}

TEST_F(Admission, ParametersOfFastCgi) {
    start();
    const auto ask_for = [&](const std::string& name, const std::string& value) {
        Given given;
        given.annotations = annotation("backend-protocol", "FCGI");
        given.annotations["nginx.ingress.kubernetes.io/" + name] = value;
        return ask(given);
    };
    EXPECT_THAT(ask_for("fastcgi-index", "../x").message,
                HasSubstr("annotation nginx.ingress.kubernetes.io/fastcgi-index contains invalid value"));
    EXPECT_THAT(ask_for("fastcgi-params-configmap", "other/params").message,
                HasSubstr("fastcgi-params-configmap contains invalid value"));
    const auto missing = ask_for("fastcgi-params-configmap", "default/missing");
    EXPECT_TRUE(missing.allowed) << "it may be applied after the Ingress";
    EXPECT_THAT(missing.warnings, testing::Contains(HasSubstr("ConfigMap default/missing does not exist")));
}

TEST_F(Admission, WarnsOfPathsWhenTheyAreNotStrict) {
    start();
    configure("{strict-validate-path-type: 'false'}");
    const auto answer = ask({.paths = {{"a.example.com", "/a(b)", "Prefix"}}});
    EXPECT_TRUE(answer.allowed);
    EXPECT_THAT(answer.warnings, ElementsAre("path /a(b) cannot be used with pathType Prefix"));
    EXPECT_THAT(ask({.paths = {{"a.example.com", "/a(b)", "ImplementationSpecific"}}}).warnings, IsEmpty());
}

TEST_F(Admission, WithoutValidationBadValuesAreWarnedOf) {
    auto options = cluster_options();
    options.validate_annotations = false;
    start(options);
    const auto answer = ask({.annotations = annotation("permanent-redirect-code", "many")});
    EXPECT_TRUE(answer.allowed);
    EXPECT_THAT(answer.warnings, ElementsAre(HasSubstr("annotation permanent-redirect-code")));
}

TEST_F(Admission, WhatItCannotDecodeIsDeniedOnlyIfItIsOurs) {
    start();
    EXPECT_THAT(ask({.paths = {{"not a host", "/", "Prefix"}}}).message,
                testing::StartsWith("invalid object: spec.rules[0]"));
    EXPECT_TRUE(ask({.paths = {{"not a host", "/", "Prefix"}}, .class_name = "other"}).allowed);
}

TEST_F(Admission, AnswersOnlyWhatItUnderstands) {
    start();
    const auto status = [&](const std::string& body) { return answer_review(body, bench_->translator()).http_status; };
    EXPECT_EQ(status(""), 400u);
    EXPECT_EQ(status("{"), 400u);
    EXPECT_EQ(status("[]"), 400u);
    EXPECT_EQ(status("{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1beta1\",\"request\":{}}"),
              400u);
    EXPECT_EQ(status("{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\"}"), 400u);
    EXPECT_EQ(status(review_json("{}", "", "Pod")), 500u);
    EXPECT_EQ(status(review_json("{}", "extensions")), 500u);
    EXPECT_EQ(status(std::string(1000, '[')), 400u);
    EXPECT_EQ(status(review_json("")), 200u) << "a DELETE stores nothing";
}

TEST(ReviewAnswer, KeepsWarningsWithinTheLimitsOfTheApiServer) {
    Verdict verdict;
    verdict.warnings.push_back("two\nlines");
    for (int i = 0; i < 100; ++i) verdict.warnings.push_back(std::string(1000, 'x'));
    const auto answer = json::parse(review_answer("u", verdict)).get_object();
    const auto& warnings = answer.at("response").at("warnings").get_array();
    EXPECT_EQ(warnings.size(), 16u);
    EXPECT_EQ(warnings[0], "two lines");
    EXPECT_EQ(warnings[1].get_string().size(), 256u);
}

}  // namespace
}  // namespace fairway::ingress::test
