// What a change of Pods, readiness, affinity or names does to a snapshot, and what it leaves alone.
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "translation/workbench.hpp"

namespace fairway::ingress::test {
namespace {

const k8s::ObjectName kWeb{"default", "web"};

std::string ingress(const std::string& name, const std::string& port) {
    return fmt::format(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: {0}}}\nspec:\n  rules:\n  - host: "
        "{0}.example.com\n    http:\n      paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: web, port: "
        "{{{1}}}}}}}}}]\n",
        name, port);
}

std::string service(const std::string& spec = "selector: {app: web}, ports: [{name: http, port: 80}]") {
    return fmt::format("apiVersion: v1\nkind: Service\nmetadata: {{name: web}}\nspec: {{{}}}\n", spec);
}

std::string pod(const std::string& name, int address, const std::string& app = "web") {
    return fmt::format("apiVersion: v1\nkind: Pod\nmetadata: {{name: {}, labels: {{app: {}, name: {}}}}}\nspec: "
                       "{{containers: [{{name: "
                       "c}}]}}\nstatus: {{podIP: 10.0.0.{}}}\n",
                       name, app, name, address);
}

class EndpointChange : public testing::Test {
protected:
    EndpointChange() {
        bench.put("number.yaml", ingress("number", "number: 80"));
        bench.put("name.yaml", ingress("name", "name: http"));
        bench.put("service.yaml", service());
        bench.put("a.yaml", pod("a", 1));
        bench.put("b.yaml", pod("b", 2));
        before = bench.translate();
    }

    static const routing::Backend& backend(const routing::Snapshot& snapshot, const char* host) {
        return *snapshot.routes->host(host)->routes().front().backend;
    }
    static std::string endpoints(const routing::Snapshot& snapshot) {
        std::vector<std::string> words;
        for (const auto& endpoint : snapshot.endpoints->of(backend(snapshot, "number.example.com").id).endpoints)
            words.push_back(endpoint.address.ip.to_string());
        return fmt::format("{}", fmt::join(words, " "));
    }

    Workbench bench;
    std::shared_ptr<const routing::Snapshot> before;
};

TEST_F(EndpointChange, PodsComeAndGo) {
    EXPECT_EQ(endpoints(*before), "10.0.0.1 10.0.0.2");
    bench.put("c.yaml", pod("c", 3));
    EXPECT_EQ(endpoints(*bench.translate()), "10.0.0.1 10.0.0.2 10.0.0.3");
    bench.remove("a.yaml");
    EXPECT_EQ(endpoints(*bench.translate()), "10.0.0.2 10.0.0.3");
}

TEST_F(EndpointChange, LabelsChange) {
    bench.put("a.yaml", pod("a", 1, "other"));
    const auto after = bench.translate();
    EXPECT_EQ(endpoints(*after), "10.0.0.2");
    EXPECT_EQ(after->routes, before->routes);
    bench.put("a.yaml", pod("a", 1));
    EXPECT_EQ(endpoints(*bench.translate()), "10.0.0.1 10.0.0.2");
}

TEST_F(EndpointChange, SelectorChanges) {
    bench.put("service.yaml", service("selector: {app: web, name: b}, ports: [{name: http, port: 80}]"));
    EXPECT_EQ(endpoints(*bench.translate()), "10.0.0.2");
    bench.put("service.yaml", service("ports: [{name: http, port: 80}]"));
    EXPECT_EQ(endpoints(*bench.translate()), "");
}

TEST_F(EndpointChange, LastPodGoesUnreadyAndReturns) {
    bench.readiness().set({"default", "a"}, false);
    bench.readiness().set({"default", "b"}, false);
    EXPECT_EQ(endpoints(*bench.translate({kWeb})), "");
    bench.readiness().set({"default", "b"}, true);
    EXPECT_EQ(endpoints(*bench.translate({kWeb})), "10.0.0.2");
}

TEST_F(EndpointChange, AffinityHasOneGroupForAPortHoweverItIsWritten) {
    EXPECT_FALSE(backend(*before, "number.example.com").client_ip_affinity);
    bench.put("service.yaml",
              service("sessionAffinity: ClientIP, selector: {app: web}, ports: [{name: http, port: 80}, "
                      "{name: other, port: 81}]"));
    bench.put("other.yaml", ingress("other", "number: 81"));
    const auto after = bench.translate();
    const auto affinity = backend(*after, "number.example.com").client_ip_affinity;
    ASSERT_TRUE(affinity);
    EXPECT_EQ(affinity->timeout, std::chrono::seconds(10800));
    EXPECT_EQ(backend(*after, "name.example.com").client_ip_affinity, affinity);
    ASSERT_TRUE(backend(*after, "other.example.com").client_ip_affinity);
    EXPECT_NE(backend(*after, "other.example.com").client_ip_affinity->group, affinity->group);
    EXPECT_EQ(backend(*after, "number.example.com").id, backend(*before, "number.example.com").id);
}

TEST_F(EndpointChange, AffinityGroupReturnsWithItsService) {
    const std::string sticky =
        service("sessionAffinity: ClientIP, selector: {app: web}, ports: [{name: http, port: 80}]");
    bench.put("service.yaml", sticky);
    const auto first = backend(*bench.translate(), "number.example.com").client_ip_affinity;
    bench.put("service.yaml", service());
    EXPECT_FALSE(backend(*bench.translate(), "number.example.com").client_ip_affinity);
    bench.remove("service.yaml");
    bench.remove("number.yaml");
    bench.remove("name.yaml");
    bench.translate();
    bench.put("service.yaml", sticky);
    bench.put("number.yaml", ingress("number", "number: 80"));
    EXPECT_EQ(backend(*bench.translate(), "number.example.com").client_ip_affinity, first);
}

class ExternalNameChange : public EndpointChange {
protected:
    ExternalNameChange() {
        bench.put("service.yaml",
                  service("type: ExternalName, externalName: db.example.org, ports: [{name: http, port: "
                          "80, targetPort: 8080}]"));
        before = bench.translate();
    }
    void answer(std::vector<std::string> addresses, std::string error = "") {
        NameAnswer answer{{}, std::move(error)};
        for (const auto& address : addresses) answer.addresses.push_back(*IpAddress::parse(address));
        bench.names().set("db.example.org", std::move(answer));
    }
    std::string said() const {
        std::string text;
        for (const auto& diagnostic : bench.report().diagnostics) text += diagnostic.to_string() + "\n";
        return text;
    }
};

TEST_F(ExternalNameChange, IsAskedForAndSilentUntilTheFirstAnswer) {
    EXPECT_EQ(endpoints(*before), "");
    EXPECT_EQ(said(), "");
    const auto& names = bench.translator().backends().external_names();
    ASSERT_EQ(names.size(), 1u);
    EXPECT_EQ(names.begin()->first, "db.example.org");
    EXPECT_TRUE(names.begin()->second.contains(kWeb));
}

TEST_F(ExternalNameChange, AllAddressesOfAnAnswer) {
    answer({"192.0.2.1", "192.0.2.2"});
    EXPECT_EQ(endpoints(*bench.translate({kWeb})), "192.0.2.1 192.0.2.2");
    EXPECT_EQ(said(), "");
}

TEST_F(ExternalNameChange, FailureWithoutAnAnswerIsAnError) {
    answer({}, "no such name");
    EXPECT_EQ(endpoints(*bench.translate({kWeb})), "");
    EXPECT_NE(said().find("ExternalName for \"db.example.org\": no such name. Requests are answered 503"),
              std::string::npos)
        << said();
}

TEST_F(ExternalNameChange, FailureAfterAnAnswerKeepsIt) {
    answer({"192.0.2.1"}, "no server answered");
    EXPECT_EQ(endpoints(*bench.translate({kWeb})), "192.0.2.1");
    EXPECT_NE(said().find("no server answered. The addresses known before stay in use"), std::string::npos) << said();
}

TEST_F(ExternalNameChange, NameNobodyUsesIsNotAskedFor) {
    bench.remove("number.yaml");
    bench.translate();
    EXPECT_EQ(bench.translator().backends().external_names().size(), 1u);  // the other Ingress uses it still
    bench.remove("name.yaml");
    bench.translate();
    EXPECT_TRUE(bench.translator().backends().external_names().empty());
    bench.put("name.yaml", ingress("name", "name: http"));
    bench.translate();
    EXPECT_EQ(bench.translator().backends().external_names().size(), 1u);
    bench.put("service.yaml", service());
    bench.translate();
    EXPECT_TRUE(bench.translator().backends().external_names().empty());
}

}  // namespace
}  // namespace fairway::ingress::test
