// What the admin API says about objects: from manifests to the JSON of reports.
#include "ingress/reports/object_reports.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "ingress/engine.hpp"
#include "ingress/manifests.hpp"

namespace fairway::ingress::test {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class ObjectReports : public testing::Test {
protected:
    void serve(const std::string& manifests) {
        EngineOptions options;
        options.built_in = {{"objects.yaml", manifests}};
        options.translation.watch_ingress_without_class = true;
        engine = std::make_unique<Engine>(std::move(options));
        engine->load();
    }
    std::vector<json::value> all(Resource resource, const std::string& ns = "", const std::string& name = "") const {
        const auto next = engine->objects({resource, ns, name}, {{}, 8080, 8443});
        std::vector<json::value> result;
        while (auto object = next()) result.emplace_back(std::move(*object));
        return result;
    }
    json::value one(Resource resource, const std::string& name) const {
        auto found = all(resource, "default", name);
        EXPECT_EQ(found.size(), 1U);
        return found.empty() ? json::value() : found.front();
    }
    std::vector<std::string> names(Resource resource, const std::string& ns = "") const {
        std::vector<std::string> result;
        for (const auto& object : all(resource, ns))
            result.push_back(std::string(object.at("metadata").at("namespace").as_string()) + "/" +
                             std::string(object.at("metadata").at("name").as_string()));
        return result;
    }

    std::unique_ptr<Engine> engine;
};

constexpr const char* kKubia = R"(apiVersion: v1
kind: Service
metadata: {name: kubia}
spec:
  selector: {app: kubia}
  sessionAffinity: ClientIP
  ports: [{name: http, port: 80, targetPort: web}, {name: admin, port: 81, targetPort: 9000}]
---
apiVersion: v1
kind: Pod
metadata: {name: kubia-1, labels: {app: kubia}, creationTimestamp: "2026-07-01T12:00:00Z"}
spec:
  containers:
  - name: main
    image: kubia
    ports: [{name: web, containerPort: 8080}]
    readinessProbe: {httpGet: {path: /ready, port: web, httpHeaders: [{name: Authorization, value: secret}]}}
status: {podIP: 127.1.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: kubia-2, labels: {app: kubia}}
spec: {containers: [{name: main, image: kubia, ports: [{name: web, containerPort: 8081}]}]}
status: {podIP: 127.1.0.2, conditions: [{type: Ready, status: "False"}]}
)";

TEST_F(ObjectReports, WalkInOrderAndKeepToTheNamespace) {
    serve(service_manifest("b", "10.0.0.1") + "---\n" + service_manifest("a", "10.0.0.1") +
          "---\napiVersion: v1\nkind: Service\nmetadata: {name: c, namespace: aaa}\nspec: {ports: [{port: 80}]}\n");
    EXPECT_THAT(names(Resource::services), ElementsAre("aaa/c", "default/a", "default/b"));
    EXPECT_THAT(names(Resource::services, "default"), ElementsAre("default/a", "default/b"));
    EXPECT_THAT(names(Resource::services, "zzz"), ElementsAre());
    EXPECT_TRUE(all(Resource::services, "default", "c").empty());
    EXPECT_EQ(one(Resource::services, "b").at("kind"), "Service");
}

TEST_F(ObjectReports, ServiceHasTheDefaultsOfTheApi) {
    serve(kKubia);
    const auto spec = one(Resource::services, "kubia").at("spec");
    EXPECT_EQ(spec.at("type"), "ClusterIP");
    EXPECT_EQ(spec.at("ports").at(0).at("targetPort"), "web");
    EXPECT_EQ(spec.at("ports").at(0).at("protocol"), "TCP");
    EXPECT_EQ(spec.at("sessionAffinityConfig").at("clientIP").at("timeoutSeconds"), 10800);
}

TEST_F(ObjectReports, EndpointsArePackedAsTheControllerOfAClusterDoes) {
    serve(kKubia);
    const auto subsets = one(Resource::endpoints, "kubia").at("subsets");
    EXPECT_EQ(subsets, json::parse(R"([{
        "addresses":[{"ip":"127.1.0.1","targetRef":{"kind":"Pod","namespace":"default","name":"kubia-1"}}],
        "ports":[{"port":8080,"protocol":"TCP","name":"http"},{"port":9000,"protocol":"TCP","name":"admin"}],
        "notReadyAddresses":[{"ip":"127.1.0.2","targetRef":{"kind":"Pod","namespace":"default","name":"kubia-2"}}]}])"));
}

TEST_F(ObjectReports, EndpointsOfNobodyAndOfServicesWithoutAny) {
    serve("apiVersion: v1\nkind: Endpoints\nmetadata: {name: alone}\nsubsets: [{addresses: [{ip: 10.0.0.1}], ports: "
          "[{port: 80}]}]\n---\napiVersion: v1\nkind: Service\nmetadata: {name: empty}\nspec: {ports: [{port: 80}]}\n");
    EXPECT_THAT(names(Resource::endpoints), ElementsAre("default/alone", "default/empty"));
    EXPECT_EQ(one(Resource::endpoints, "alone").at("subsets").at(0).at("addresses").at(0).at("ip"), "10.0.0.1");
    EXPECT_EQ(one(Resource::endpoints, "empty").at("subsets"), json::array());
}

TEST_F(ObjectReports, PodSaysWhetherItIsReadyAndSinceWhen) {
    serve(kKubia);
    const auto pod = one(Resource::pods, "kubia-1");
    EXPECT_EQ(pod.at("metadata").at("creationTimestamp"), "2026-07-01T12:00:00Z");
    EXPECT_EQ(pod.at("status").at("phase"), "Running");
    EXPECT_EQ(pod.at("spec").at("containers").at(0).at("readinessProbe").at("failureThreshold"), 3);
    const auto other = one(Resource::pods, "kubia-2");
    EXPECT_EQ(other.at("status").at("conditions").at(0).at("status"), "False");
    EXPECT_TRUE(other.at("metadata").as_object().contains("creationTimestamp")) << "since Fairway first saw it";
}

TEST_F(ObjectReports, IngressAndRoutesNameWhereTheyLead) {
    serve(ingress_manifest("web", "shop.example.com") + "---\n" + service_manifest("web", "10.0.0.1"));
    const auto ingress = one(Resource::ingresses, "web");
    EXPECT_EQ(ingress.at("status").at("loadBalancer").at("ingress").at(0),
              json::parse(R"({"ip":"127.0.0.1","ports":[{"port":8080,"protocol":"TCP"}]})"));
    EXPECT_EQ(ingress.at("spec").at("rules").at(0).at("http").at("paths").at(0).at("backend").at("service").at("name"),
              "web");
    const auto routes = all(Resource::routes);
    ASSERT_EQ(routes.size(), 1U);
    EXPECT_EQ(routes[0].at("metadata").at("name"), "shop.example.com/");
    EXPECT_EQ(routes[0].at("spec").at("backend").at("endpoints"), json::parse(R"(["10.0.0.1:8080"])"));
    EXPECT_EQ(routes[0].at("spec").at("backend").at("protocol"), "HTTP");
    EXPECT_EQ(all(Resource::routes, "default", "shop.example.com").size(), 1U);
    EXPECT_TRUE(all(Resource::routes, "default", "other.example.com").empty());
}

TEST_F(ObjectReports, DiagnosticsStandAtTheirObject) {
    serve(ingress_manifest("web", "shop.example.com", "gone"));
    const auto diagnostics = one(Resource::ingresses, "web").at("status").at("diagnostics");
    ASSERT_EQ(diagnostics.as_array().size(), 1U);
    EXPECT_EQ(diagnostics.at(0).at("reason"), "ServiceNotFound");
    EXPECT_EQ(diagnostics.at(0).at("type"), "Warning");
    EXPECT_THAT(std::string(diagnostics.at(0).at("where").as_string()), HasSubstr("objects.yaml:"));
}

TEST_F(ObjectReports, NeverTellSecrets) {
    serve(std::string(kKubia) +
          "---\napiVersion: v1\nkind: Secret\ntype: kubernetes.io/tls\nmetadata: {name: tls, annotations: {a: "
          "hidden-note}}\nstringData: {tls.crt: not-a-certificate, tls.key: hidden-key}\n---\napiVersion: v1\nkind: "
          "Secret\nmetadata: {name: password}\nstringData: {password: hidden-word}\n");
    std::string everything;
    for (const auto& info : all_resources())
        for (const auto& object : all(info.resource)) everything += json::serialize(object);
    EXPECT_THAT(everything, HasSubstr("\"usable\":false"));
    for (const char* hidden : {"hidden-key", "hidden-note", "hidden-word", "not-a-certificate", "password"})
        EXPECT_THAT(everything, Not(HasSubstr(hidden)));
    EXPECT_THAT(everything, Not(HasSubstr("\"value\":\"secret\""))) << "headers of probes carry tokens";
    EXPECT_THAT(names(Resource::certificates), ElementsAre("default/tls"));
}

TEST(Resources, AreFoundByEveryWordOfKubectl) {
    for (const char* word : {"services", "service", "svc", "Services", "SVC"})
        EXPECT_EQ(find_resource(word)->resource, Resource::services) << word;
    EXPECT_EQ(find_resource("po")->resource, Resource::pods);
    EXPECT_EQ(find_resource("ing")->resource, Resource::ingresses);
    EXPECT_EQ(find_resource("ep")->resource, Resource::endpoints);
    EXPECT_EQ(find_resource("secrets"), nullptr);
    EXPECT_EQ(find_resource(""), nullptr);
}

}  // namespace
}  // namespace fairway::ingress::test
