// What a change leaves alone is shared with the snapshot before: by pointer, not by value.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "tls/server_config.hpp"
#include "translation/workbench.hpp"

namespace fairway::ingress::test {
namespace {

std::string ingress(const std::string& name, const std::string& host, const std::string& service = "web") {
    return fmt::format(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: {}}}\nspec:\n  rules:\n  - host: {}\n    "
        "http:\n"
        "      paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: {}, port: {{number: 80}}}}}}}}]\n",
        name, host, service);
}

std::string service(const std::string& name = "web") {
    return fmt::format("apiVersion: v1\nkind: Service\nmetadata: {{name: {}}}\nspec: {{ports: [{{port: 80}}]}}\n",
                       name);
}

std::string slice(const std::string& address, const std::string& service_name = "web") {
    return fmt::format("apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {{name: {0}-1, labels: "
                       "{{kubernetes.io/service-name: {0}}}}}\naddressType: IPv4\nports: [{{port: 8080}}]\nendpoints: "
                       "[{{addresses: [{1}]}}]\n",
                       service_name, address);
}

const routing::HostRules* host(const routing::Snapshot& snapshot, const char* name) {
    return snapshot.routes->host(name);
}

class Sharing : public testing::Test {
protected:
    Sharing() {
        bench.put("a.yaml", ingress("a", "a.example.com"));
        bench.put("b.yaml", ingress("b", "b.example.com", "other"));
        bench.put("service.yaml", service());
        bench.put("slice.yaml", slice("10.0.0.1"));
        before = bench.translate();
    }
    Workbench bench;
    std::shared_ptr<const routing::Snapshot> before;
};

TEST_F(Sharing, FirstSnapshotIsGenerationOne) { EXPECT_EQ(before->generation, 1u); }

TEST_F(Sharing, NothingChangedGivesTheSameSnapshot) { EXPECT_EQ(bench.translate(), before); }

TEST_F(Sharing, EndpointChangeReplacesOneSetAndNothingElse) {
    bench.put("slice.yaml", slice("10.0.0.2"));
    const auto after = bench.translate();
    EXPECT_EQ(after->generation, before->generation + 1);
    EXPECT_EQ(after->routes, before->routes);
    EXPECT_EQ(after->tls, before->tls);
    EXPECT_EQ(after->settings, before->settings);
    EXPECT_NE(after->endpoints, before->endpoints);
    const auto id = host(*after, "a.example.com")->routes().front().backend->id;
    ASSERT_EQ(after->endpoints->of(id).endpoints.size(), 1u);
    EXPECT_EQ(after->endpoints->of(id).endpoints.front().address.to_string(), "10.0.0.2:8080");
    EXPECT_EQ(before->endpoints->of(id).endpoints.front().address.to_string(), "10.0.0.1:8080");
}

TEST_F(Sharing, EqualEndpointsFromAnotherObjectVersionAreNoChange) {
    bench.put("slice.yaml", "# rewritten\n" + slice("10.0.0.1"));
    EXPECT_EQ(bench.translate(), before);
}

TEST_F(Sharing, IngressChangeRebuildsItsOwnHostOnly) {
    bench.put("a.yaml", ingress("a", "a.example.com") + "      # moved\n");
    const auto after = bench.translate();
    EXPECT_EQ(host(*after, "b.example.com"), host(*before, "b.example.com"));
    EXPECT_NE(host(*after, "a.example.com"), host(*before, "a.example.com"));
    EXPECT_EQ(after->tls, before->tls);
    EXPECT_EQ(after->endpoints, before->endpoints);
}

TEST_F(Sharing, UnrelatedObjectsChangeNothing) {
    bench.put("unrelated.yaml", service("unrelated") + "---\n" + slice("10.9.9.9", "unrelated"));
    EXPECT_EQ(bench.translate(), before);
}

TEST_F(Sharing, IngressesWithTheSameSettingsShareOnePolicy) {
    EXPECT_EQ(host(*before, "a.example.com")->routes().front().policy,
              host(*before, "b.example.com")->routes().front().policy);
}

TEST_F(Sharing, BackendKeepsItsIdWhenItComesBack) {
    const auto id = host(*before, "a.example.com")->routes().front().backend->id;
    bench.remove("a.yaml");
    bench.translate();
    bench.put("a.yaml", ingress("a", "a.example.com"));
    EXPECT_EQ(host(*bench.translate(), "a.example.com")->routes().front().backend->id, id);
}

TEST_F(Sharing, DiagnosticsAreFreshOnce) {
    bench.take_fresh();
    bench.put("slice.yaml", "");
    bench.translate();
    EXPECT_EQ(bench.take_fresh().count(Severity::notice), 1u);  // no endpoints
    bench.put("b.yaml", ingress("b", "b.example.com", "other"));
    bench.translate();
    EXPECT_TRUE(bench.take_fresh().diagnostics.empty());
}

class ServiceSharing : public Sharing {
protected:
    ServiceSharing() : services(with_services()) {
        services.put("web.yaml", service());
        services.put("other.yaml", service("other"));
        services.put("slice.yaml", slice("10.0.0.1"));
        first = services.translate();
    }
    static TranslationOptions with_services() {
        auto options = standalone_options();
        options.services = true;
        return options;
    }
    Workbench services;
    std::shared_ptr<const routing::Snapshot> first;
};

TEST_F(ServiceSharing, EndpointChangeLeavesListenersAndHostNamesAlone) {
    services.put("slice.yaml", slice("10.0.0.2"));
    const auto after = services.translate();
    EXPECT_EQ(after->services, first->services);
    EXPECT_EQ(after->routes, first->routes);
    EXPECT_NE(after->endpoints, first->endpoints);
}

TEST_F(ServiceSharing, ChangeThatAsksForTheSamePortsKeepsTheList) {
    services.put("web.yaml", service() + "# nothing else\n");
    EXPECT_EQ(services.translate()->services, first->services);
}

TEST_F(ServiceSharing, ServiceChangeRebuildsItsOwnHostNamesOnly) {
    services.put("web.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 81}]}\n");
    const auto after = services.translate();
    EXPECT_NE(after->services, first->services);
    EXPECT_NE(host(*after, "web.default"), host(*first, "web.default"));
    ASSERT_NE(host(*after, "other.default"), nullptr);
    EXPECT_EQ(host(*after, "other.default"), host(*first, "other.default"));
}

TEST_F(ServiceSharing, ServiceThatGoesTakesListenersAndHostNamesAlong) {
    services.remove("web.yaml");
    const auto after = services.translate();
    EXPECT_EQ(after->services->listeners.size(), 1u);
    EXPECT_EQ(host(*after, "web.default"), nullptr);
    EXPECT_EQ(host(*after, "web"), nullptr);
}

}  // namespace
}  // namespace fairway::ingress::test
