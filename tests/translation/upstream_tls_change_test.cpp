// Secrets of proxy-ssl-secret that come, change and go while their Ingresses stay.
#include <gtest/gtest.h>

#include <algorithm>

#include <fmt/format.h>

#include "tls/client_context.hpp"
#include "tls/make_certificate.hpp"
#include "translation/workbench.hpp"

namespace fairway::ingress::test {
namespace {

/// PEM as a block scalar of YAML.
std::string indented(const std::string& pem) {
    std::string text = "|\n    ";
    for (const char c : pem) text += c == '\n' ? std::string("\n    ") : std::string(1, c);
    return text + "\n";
}

std::string secret_manifest(const std::string& name, const tls::CertificatePem& own, const std::string& authority) {
    std::string text = fmt::format("apiVersion: v1\nkind: Secret\nmetadata: {{name: {}}}\nstringData:\n", name);
    text += "  tls.crt: " + indented(own.certificate_pem) + "  tls.key: " + indented(own.key_pem);
    return text + "  ca.crt: " + indented(authority);
}

tls::CertificatePem certificate(const std::string& name) {
    return tls::make_self_signed({.common_name = name, .names = {name}});
}

std::string ingress(const std::string& name, const std::string& path, const std::string& more = "") {
    return fmt::format("apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: {}\n  annotations:\n"
                       "    nginx.ingress.kubernetes.io/backend-protocol: HTTPS\n{}spec:\n"
                       "  rules: [{{host: shop.example.com, http: {{paths: [{{path: {}, pathType: Prefix, backend: "
                       "{{service: {{name: web, port: {{number: 443}}}}}}}}]}}}}]\n",
                       name, more, path);
}

std::string uses(const std::string& secret) {
    return "    nginx.ingress.kubernetes.io/proxy-ssl-secret: default/" + secret + "\n";
}

class UpstreamTlsChange : public testing::Test {
protected:
    UpstreamTlsChange() {
        bench.put("web.yaml", ingress("web", "/",
                                      uses("backend") + "    nginx.ingress.kubernetes.io/proxy-ssl-verify: \"on\"\n"
                                                        "    nginx.ingress.kubernetes.io/proxy-ssl-name: web.svc\n"));
    }
    void put_secret(const std::string& subject) {
        bench.put("secret.yaml", secret_manifest("backend", certificate(subject), certificate("ca").certificate_pem));
    }
    std::shared_ptr<const routing::RoutePolicy> policy(const std::string& path = "/") {
        const auto snapshot = bench.translate();
        for (const auto& route : snapshot->routes->host("shop.example.com")->routes())
            if (route.path == path) return route.policy;
        return nullptr;
    }
    /// Subject of the certificate that the route shows to its endpoints.
    std::string shown(const std::string& path = "/") {
        const auto found = policy(path);
        if (!found->upstream_tls) return found->denied.empty() ? "none" : "closed";
        return found->upstream_tls->config().certificate->subject();
    }
    bool says(const std::string& reason) const {
        return std::ranges::any_of(bench.report().diagnostics,
                                   [&](const Diagnostic& diagnostic) { return diagnostic.reason == reason; });
    }

    Workbench bench;
};

TEST_F(UpstreamTlsChange, MissingSecretClosesThePathsUntilItAppears) {
    EXPECT_EQ(shown(), "closed");
    EXPECT_TRUE(says("SecretNotFound"));
    put_secret("first");
    EXPECT_EQ(shown(), "CN=first");
    EXPECT_EQ(policy()->denied, "");
    EXPECT_FALSE(says("SecretNotFound"));
}

TEST_F(UpstreamTlsChange, NewVersionMakesANewContext) {
    put_secret("first");
    ASSERT_EQ(shown(), "CN=first");
    const auto before = policy()->upstream_tls->id();
    put_secret("second");
    EXPECT_EQ(shown(), "CN=second");
    EXPECT_NE(policy()->upstream_tls->id(), before);
}

TEST_F(UpstreamTlsChange, UnrelatedChangeKeepsTheContext) {
    put_secret("first");
    const auto before = policy()->upstream_tls;
    bench.put("other.yaml", secret_manifest("other", certificate("other"), ""));
    EXPECT_EQ(policy()->upstream_tls, before);
    bench.put("web.yaml", ingress("web", "/",
                                  uses("backend") + "    nginx.ingress.kubernetes.io/proxy-ssl-verify: \"on\"\n"
                                                    "    nginx.ingress.kubernetes.io/proxy-ssl-name: web.svc\n"
                                                    "    nginx.ingress.kubernetes.io/proxy-read-timeout: \"9\"\n"));
    EXPECT_EQ(policy()->upstream_tls, before) << "connections outlive a change of another setting";
}

TEST_F(UpstreamTlsChange, UnusableVersionKeepsTheLastGoodOne) {
    put_secret("first");
    ASSERT_EQ(shown(), "CN=first");
    bench.put("secret.yaml", secret_manifest("backend", {.certificate_pem = "no", .key_pem = "no"}, "no"));
    EXPECT_EQ(shown(), "CN=first");
    EXPECT_TRUE(says("ProxySslSecretUnusable"));
    put_secret("second");
    EXPECT_EQ(shown(), "CN=second");
    EXPECT_FALSE(says("ProxySslSecretUnusable"));
}

TEST_F(UpstreamTlsChange, VerificationWithoutAuthoritiesClosesThePaths) {
    bench.put("secret.yaml", secret_manifest("backend", certificate("first"), ""));
    EXPECT_EQ(shown(), "closed");
    EXPECT_TRUE(says("ProxySslSecretUnusable"));
}

TEST_F(UpstreamTlsChange, DeletedSecretClosesThePaths) {
    put_secret("first");
    ASSERT_EQ(shown(), "CN=first");
    bench.remove("secret.yaml");
    EXPECT_EQ(shown(), "closed");
}

TEST_F(UpstreamTlsChange, EqualSettingsShareAContext) {
    put_secret("first");
    bench.put("one.yaml", ingress("one", "/one", uses("backend")));
    bench.put("two.yaml", ingress("two", "/two", uses("backend")));
    EXPECT_EQ(policy("/one")->upstream_tls, policy("/two")->upstream_tls);
    EXPECT_NE(policy("/one")->upstream_tls, policy("/")->upstream_tls) << "one verifies, the other does not";
}

TEST_F(UpstreamTlsChange, PathsOfOtherIngressesTakeTheSettingsOfTheirHost) {
    put_secret("first");
    bench.put("zoo.yaml", ingress("zoo", "/zoo"));
    EXPECT_EQ(policy("/zoo")->upstream_tls, policy("/")->upstream_tls);
    bench.remove("web.yaml");
    EXPECT_EQ(shown("/zoo"), "none");
}

TEST_F(UpstreamTlsChange, SecretForPlainEndpointsIsReportedUntilTheyHaveTls) {
    const auto service = [](const std::string& app_protocol) {
        return "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 443, appProtocol: " +
               app_protocol +
               "}]}\n---\napiVersion: v1\nkind: Endpoints\nmetadata: {name: web}\n"
               "subsets: [{addresses: [{ip: 10.0.0.1}], ports: [{port: 8443}]}]\n";
    };
    put_secret("first");
    std::string undecided = ingress("web", "/", uses("backend"));
    const std::string annotation = "    nginx.ingress.kubernetes.io/backend-protocol: HTTPS\n";
    undecided.erase(undecided.find(annotation), annotation.size());
    bench.put("web.yaml", undecided);
    bench.put("service.yaml", service("http"));
    bench.translate();
    EXPECT_TRUE(says("AnnotationWithoutEffect"));
    bench.put("service.yaml", service("https"));
    bench.translate();
    EXPECT_FALSE(says("AnnotationWithoutEffect"));
    bench.put("service.yaml", service("http"));
    bench.translate();
    EXPECT_TRUE(says("AnnotationWithoutEffect"));
    bench.put("web.yaml", ingress("web", "/", uses("backend")));
    bench.translate();
    EXPECT_FALSE(says("AnnotationWithoutEffect"));
}

TEST(UpstreamTlsLocationOnly, LeavesOtherPathsOfTheHostAlone) {
    auto options = standalone_options();
    options.configmap = k8s::ObjectName{"default", "settings"};
    Workbench bench(options);
    const auto of_zoo = [&] {
        const auto snapshot = bench.translate();
        for (const auto& route : snapshot->routes->host("shop.example.com")->routes())
            if (route.path == "/zoo") return route.policy->upstream_tls;
        ADD_FAILURE() << "the route is there";
        return std::shared_ptr<const tls::ClientContext>();
    };
    bench.put("secret.yaml", secret_manifest("backend", certificate("first"), certificate("ca").certificate_pem));
    bench.put("web.yaml", ingress("web", "/", uses("backend")));
    bench.put("zoo.yaml", ingress("zoo", "/zoo"));
    EXPECT_NE(of_zoo(), nullptr);
    bench.put("settings.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
                               "data: {proxy-ssl-location-only: \"true\"}\n");
    EXPECT_EQ(of_zoo(), nullptr);
    bench.remove("settings.yaml");
    EXPECT_NE(of_zoo(), nullptr);
}

}  // namespace
}  // namespace fairway::ingress::test
