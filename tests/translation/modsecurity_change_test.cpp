// Rules of ModSecurity that come, change and go while their Ingresses stay.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include <fmt/format.h>

#include "routing/policy/modsecurity.hpp"
#include "translation/workbench.hpp"

namespace fairway::ingress::test {
namespace {

using testing::HasSubstr;

std::string ingress(const std::string& name, const std::string& annotations = "") {
    return fmt::format(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: {0}, annotations: {{{1}}}}}\n"
        "spec: {{rules: [{{host: {0}.example.com, http: {{paths: [{{path: /, pathType: Prefix, backend: "
        "{{service: {{name: web, port: {{number: 80}}}}}}}}]}}}}]}}\n",
        name, annotations);
}

std::string annotation(const std::string& name, const std::string& value = "true") {
    return fmt::format("nginx.ingress.kubernetes.io/{}: '{}'", name, value);
}

TranslationOptions with_configmap() {
    auto options = standalone_options();
    options.configmap = k8s::ObjectName{"default", "fairway"};
    return options;
}

class ModSecurityChange : public testing::Test {
protected:
    void configure(const std::string& data) {
        bench.put("config.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fairway}\ndata: " + data + "\n");
    }
    std::shared_ptr<const routing::RoutePolicy> policy(const std::string& host) {
        return bench.translate()->routes->host(host + ".example.com")->routes().at(0).policy;
    }
    const waf::RuleSet* rules(const std::string& host) {
        const auto found = policy(host);
        return found->modsecurity ? found->modsecurity->rules.get() : nullptr;
    }
    std::string told() const {
        std::string text;
        for (const auto& diagnostic : bench.report().diagnostics)
            if (diagnostic.reason != "ServiceNotFound") text += diagnostic.field + ": " + diagnostic.message + "\n";
        return text;
    }

    Workbench bench{with_configmap()};
};

TEST_F(ModSecurityChange, IngressesWithTheSameRulesShareThem) {
    configure("{}");
    bench.put("a.yaml", ingress("a", annotation("enable-modsecurity")));
    bench.put("b.yaml", ingress("b", annotation("enable-modsecurity")));
    bench.put("c.yaml", ingress("c", annotation("enable-modsecurity") + ", " + annotation("enable-owasp-core-rules")));
    bench.put("d.yaml", ingress("d"));
    ASSERT_NE(rules("a"), nullptr) << told();
    EXPECT_EQ(rules("a"), rules("b"));
    EXPECT_NE(rules("c"), nullptr);
    EXPECT_NE(rules("c"), rules("a"));
    EXPECT_EQ(rules("d"), nullptr);
}

TEST_F(ModSecurityChange, TheConfigMapsRulesHoldForAll) {
    configure("{enable-modsecurity: 'true', modsecurity-snippet: 'SecRuleEngine On'}");
    bench.put("a.yaml", ingress("a"));
    bench.put("b.yaml", ingress("b", annotation("enable-modsecurity", "false")));
    const auto* const before = rules("a");
    ASSERT_NE(before, nullptr) << told();
    EXPECT_EQ(rules("b"), nullptr);
    EXPECT_TRUE(bench.translate()->default_route->policy->modsecurity);

    bench.put("c.yaml", ingress("c"));
    EXPECT_EQ(rules("c"), before);
    configure("{enable-modsecurity: 'true', modsecurity-snippet: 'SecRuleEngine Off'}");
    EXPECT_NE(rules("a"), before);
    EXPECT_EQ(rules("c"), rules("a"));
}

TEST_F(ModSecurityChange, RulesThatCannotActCloseThePathsThatWantThem) {
    configure("{enable-modsecurity: 'true', modsecurity-snippet: 'SecRuleEngine sometimes'}");
    bench.put("a.yaml", ingress("a"));
    bench.put("b.yaml", ingress("b", annotation("enable-modsecurity", "false")));
    bench.put("c.yaml", ingress("c", annotation("enable-owasp-core-rules")));
    for (const char* host : {"a", "c"}) EXPECT_THAT(policy(host)->denied, HasSubstr("modsecurity-snippet: line 1"));
    EXPECT_EQ(policy("b")->denied, "");
    EXPECT_THAT(told(), HasSubstr("data.modsecurity-snippet: line 1"));
    EXPECT_EQ(std::ranges::count(told(), '\n'), 1) << "each Ingress need not say it again: " << told();

    configure("{enable-modsecurity: 'true', modsecurity-snippet: 'SecRuleEngine On'}");
    EXPECT_NE(rules("a"), nullptr) << told();
    EXPECT_EQ(policy("a")->denied, "");
    EXPECT_EQ(told(), "");
}

TEST_F(ModSecurityChange, WhatActsOtherwiseIsTold) {
    configure("{enable-modsecurity: 'true', modsecurity-snippet: 'SecAuditLog /var/log/modsec_audit.log'}");
    bench.translate();
    EXPECT_THAT(told(), HasSubstr("line 1: SecAuditLog /var/log/modsec_audit.log would write a file"));
}

}  // namespace
}  // namespace fairway::ingress::test
