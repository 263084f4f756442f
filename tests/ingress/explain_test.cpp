#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingress/explainer.hpp"
#include "ingress/manifests.hpp"
#include "translation/workbench.hpp"

namespace fairway::ingress::test {
namespace {

using testing::HasSubstr;

std::string text_of(const Explanation& explanation) {
    std::string text;
    for (const auto& step : explanation.steps) {
        text += step.topic + ": " + step.verdict + "\n";
        for (const auto& detail : step.details) text += "  " + detail + "\n";
    }
    return text + "= " + explanation.outcome + "\n";
}

/// What app/ asks the data plane: here the request passes every step.
ExplainedSteps pass(const ExplainRequest& request, const std::shared_ptr<const routing::Snapshot>&) {
    const auto target = parse_explain_target(request.url);
    return {
        .steps = {"a step: lets the request pass"}, .status = 0, .outcome = {}, .target = target->path + target->query};
}

class ExplainTest : public testing::Test {
protected:
    void put(const std::string& manifests) {
        bench.put("web.yaml", manifests);
        snapshot = bench.translate();
    }
    Explanation explain(const std::string& url) {
        return ingress::explain({.method = "GET", .url = url}, snapshot, bench.store(), bench.translator(), pass)
            .value();
    }
    Workbench bench;
    std::shared_ptr<const routing::Snapshot> snapshot;
};

TEST_F(ExplainTest, NamesEveryStepOfAForwardedRequest) {
    put(ingress_manifest("web", "shop.example.com") + "---\n" + service_manifest("web", "10.0.0.1"));
    const auto explanation = explain("http://Shop.example.com:8080/a/../b?q=1");
    EXPECT_EQ(explanation.status, 0u);
    EXPECT_EQ(text_of(explanation), "host: shop.example.com (exact)\n"
                                    "  no TLS section covers it\n"
                                    "path: Prefix /\n"
                                    "  compared as \"/b\", forwarded as written\n"
                                    "ingress: default/web (web.yaml:1:1)\n"
                                    "  spec.rules[0].http.paths[0] (web.yaml:9:9)\n"
                                    "policies: open\n"
                                    "  request bodies up to 1048576 bytes\n"
                                    "  time-outs: connect 5s, send 60s, read 60s\n"
                                    "  another endpoint on error timeout; attempts: 3\n"
                                    "steps: the request passes, as GET /a/../b?q=1\n"
                                    "  a step: lets the request pass\n"
                                    "backend: Service default/web port 80\n"
                                    "  load-balance: round_robin\n"
                                    "  speaks HTTP/1.1 (the default)\n"
                                    "  Service port 80 -> targetPort 8080\n"
                                    "  Service at web.yaml:13:1\n"
                                    "endpoints: 1 ready\n"
                                    "  10.0.0.1:8080\n"
                                    "= forwarded to the endpoint of Service default/web port 80\n");
}

TEST_F(ExplainTest, TellsWhatIsSpokenToEndpoints) {
    const std::string annotation = "{nginx.ingress.kubernetes.io/backend-protocol: AUTO_HTTP}";
    put(ingress_manifest("web", "shop.example.com", "web", annotation) + "---\n" + service_manifest("web", "10.0.0.1"));
    EXPECT_THAT(text_of(explain("http://shop.example.com/")),
                HasSubstr("speaks HTTP/1.1 (backend-protocol AUTO_HTTP: as the client came)"));
    EXPECT_THAT(text_of(explain("https://shop.example.com/")),
                HasSubstr("speaks HTTP/1.1 over TLS (backend-protocol AUTO_HTTP: as the client came)\n"
                          "  the endpoint's certificate is not verified\n"));
}

TEST_F(ExplainTest, TellsOfAppProtocol) {
    put(ingress_manifest("web", "shop.example.com") + R"(---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{port: 80, appProtocol: kubernetes.io/h2c}]}
---
apiVersion: v1
kind: Endpoints
metadata: {name: web}
subsets: [{addresses: [{ip: 10.0.0.1}], ports: [{port: 8080}]}]
)");
    EXPECT_THAT(text_of(explain("shop.example.com/")),
                HasSubstr("speaks HTTP/2 with prior knowledge (appProtocol of the Service port)"));
}

TEST_F(ExplainTest, SaysWhyThereIsNoEndpoint) {
    put(ingress_manifest("web", "shop.example.com", "wbe") + "---\n" + service_manifest("web", "10.0.0.1"));
    const auto explanation = explain("shop.example.com/");
    EXPECT_EQ(explanation.status, 503u);
    EXPECT_THAT(text_of(explanation), HasSubstr("Service default/wbe does not exist; did you mean \"web\"?"));
}

TEST_F(ExplainTest, TellsOfClientIpAffinity) {
    put(ingress_manifest("web", "shop.example.com") + R"(---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 60}}, ports: [{port: 80}]}
)");
    EXPECT_THAT(text_of(explain("shop.example.com/")), HasSubstr("sessionAffinity: ClientIP, for 60s"));
}

TEST_F(ExplainTest, LeavesNamesToDns) {
    put(ingress_manifest("web", "shop.example.com") + R"(---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: ExternalName, externalName: db.example.org}
)");
    const auto explanation = explain("shop.example.com/");
    EXPECT_EQ(explanation.status, 0u);
    EXPECT_EQ(explanation.outcome, "forwarded to one of the addresses of db.example.org");
}

TEST_F(ExplainTest, UnknownHostGetsTheBuiltIn404) {
    put(ingress_manifest("web", "shop.example.com"));
    const auto explanation = explain("http://other.example.com/");
    EXPECT_EQ(explanation.status, 404u);
    EXPECT_THAT(text_of(explanation), HasSubstr("no Ingress has a rule for \"other.example.com\""));
}

TEST_F(ExplainTest, AStepThatAnswersEndsTheExplanation) {
    put(ingress_manifest("web", "shop.example.com"));
    const auto answers = [](const ExplainRequest&, const std::shared_ptr<const routing::Snapshot>&) {
        return ExplainedSteps{.steps = {"a: b"}, .status = 308, .outcome = "308 to somewhere", .target = "/"};
    };
    const auto explanation = ingress::explain({.method = "GET", .url = "http://shop.example.com/a"}, snapshot,
                                              bench.store(), bench.translator(), answers)
                                 .value();
    EXPECT_EQ(explanation.status, 308u);
    EXPECT_THAT(text_of(explanation), HasSubstr("steps: one of them answers\n  a: b\n= 308 to somewhere\n"));
}

TEST_F(ExplainTest, ClosedPathsSayWhy) {
    put(ingress_manifest("web", "shop.example.com", "web",
                         "{nginx.ingress.kubernetes.io/enable-modsecurity: 'perhaps'}"));
    EXPECT_THAT(text_of(explain("http://shop.example.com/")),
                HasSubstr("policies: closed: annotation enable-modsecurity"));
}

TEST_F(ExplainTest, HttpsNamesTheCertificate) {
    put(ingress_manifest("web", "shop.example.com"));
    EXPECT_THAT(text_of(explain("https://shop.example.com/")),
                HasSubstr("tls: the default certificate\n  CN=Fairway Fake Certificate"));
}

TEST_F(ExplainTest, RefusedPathIs400) {
    put(ingress_manifest("web", "shop.example.com"));
    EXPECT_EQ(explain("http://shop.example.com/%zz").status, 400u);
    EXPECT_EQ(explain("http://shop.example.com/../x").status, 400u);
}

TEST_F(ExplainTest, UrlsThatNameNoHostAreErrors) {
    put(ingress_manifest("web", "shop.example.com"));
    for (const auto* url : {"", "/path", "http:///path", "ftp://shop.example.com/"})
        EXPECT_FALSE(ingress::explain({.method = "GET", .url = url}, snapshot, bench.store(), bench.translator(), pass))
            << url;
}

class ExplainServicesTest : public testing::Test {
protected:
    ExplainServicesTest() : bench(options()) {
        bench.put("web.yaml", service_manifest("web", "10.0.0.1"));
        bench.put("ingress.yaml", ingress_manifest("taken", "web.default.svc"));
        snapshot = bench.translate();
    }
    static TranslationOptions options() {
        auto options = standalone_options();
        options.services = true;
        return options;
    }
    std::string explain(const std::string& url) {
        return text_of(
            ingress::explain({.method = "GET", .url = url}, snapshot, bench.store(), bench.translator(), pass).value());
    }
    Workbench bench;
    std::shared_ptr<const routing::Snapshot> snapshot;
};

TEST_F(ExplainServicesTest, HostNameOfAService) {
    const auto text = explain("http://web.default/any/path");
    EXPECT_THAT(text, HasSubstr("host: web.default (a name of Service default/web, because of --services; no Ingress "
                                "names it)\npath: every path goes to the Service\n"));
    EXPECT_THAT(text, HasSubstr("= forwarded to the endpoint of Service default/web port 80\n"));
}

TEST_F(ExplainServicesTest, IngressThatNamesTheHostWins) {
    EXPECT_THAT(explain("http://web.default.svc/"), HasSubstr("host: web.default.svc (exact)\n"));
}

}  // namespace
}  // namespace fairway::ingress::test
