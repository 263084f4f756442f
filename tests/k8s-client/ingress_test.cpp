// Ingress and IngressClass in all their API versions.
#include "k8s-client/objects/ingress.hpp"

#include <fmt/format.h>

#include "k8s-client/decoding.hpp"

namespace fairway::k8s {
namespace {

using test::only;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(IngressDecode, TheOneOfTheNotes) {
    const auto ingress = only<Ingress>(R"(apiVersion: networking.k8s.io/v1beta1
kind: Ingress
metadata:
  name: kubia
spec:
  rules:
  - host: kubia.example.com
    http:
      paths:
      - path: /
        backend:
          serviceName: kubia-nodeport
          servicePort: 80
)",
                                       "kubia.yaml");
    EXPECT_EQ(ingress.meta.name, (ObjectName{"default", "kubia"}));
    EXPECT_EQ(ingress.meta.where.to_string(), "kubia.yaml:1:1");
    EXPECT_EQ(ingress.class_name, std::nullopt);
    ASSERT_THAT(ingress.rules, SizeIs(1));
    EXPECT_EQ(ingress.rules[0].host, "kubia.example.com");
    ASSERT_THAT(ingress.rules[0].paths, SizeIs(1));
    const auto& path = ingress.rules[0].paths[0];
    EXPECT_EQ(path.path, "/");
    EXPECT_EQ(path.type, PathType::implementation_specific);
    EXPECT_EQ(path.field, "spec.rules[0].http.paths[0]");
    EXPECT_EQ(path.where.to_string(), "kubia.yaml:10:9");
    EXPECT_EQ(path.backend.service, "kubia-nodeport");
    EXPECT_EQ(path.backend.port, IntOrString{80});
    EXPECT_EQ(path.backend.where.to_string(), "kubia.yaml:12:11");
}

TEST(IngressDecode, EveryFieldOfV1) {
    const auto ingress = only<Ingress>(R"(apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec:
  ingressClassName: nginx
  defaultBackend: {service: {name: fallback, port: {name: http}}}
  rules:
  - host: "*.example.com"
    http:
      paths:
      - {path: /a, pathType: Exact, backend: {service: {name: a, port: {number: 80.0}}}}
      - {path: /b, pathType: Prefix, backend: {service: {name: b, port: {number: 0x1F90}}}}
      - {pathType: ImplementationSpecific, backend: {resource: {kind: Bucket, name: c}}}
  - host: only.example.com
  tls:
  - hosts: [shop.example.com, "*.example.com"]
    secretName: shop-tls
  - {}
status: {loadBalancer: {ingress: [{ip: 192.0.2.1}]}}
)");
    EXPECT_EQ(ingress.class_name, "nginx");
    ASSERT_TRUE(ingress.default_backend);
    EXPECT_EQ(ingress.default_backend->service, "fallback");
    EXPECT_EQ(ingress.default_backend->port, IntOrString{"http"});
    ASSERT_THAT(ingress.rules, SizeIs(2));
    const auto& paths = ingress.rules[0].paths;
    ASSERT_THAT(paths, SizeIs(3));
    EXPECT_EQ(paths[0].type, PathType::exact);
    EXPECT_EQ(paths[0].backend.port, IntOrString{80});
    EXPECT_EQ(paths[1].type, PathType::prefix);
    EXPECT_EQ(paths[1].backend.port, IntOrString{8080});
    EXPECT_EQ(paths[2].type, PathType::implementation_specific);
    EXPECT_EQ(paths[2].path, "");
    EXPECT_TRUE(paths[2].backend.is_resource);
    EXPECT_THAT(ingress.rules[1].paths, IsEmpty());
    ASSERT_THAT(ingress.tls, SizeIs(2));
    EXPECT_THAT(ingress.tls[0].hosts, ElementsAre("shop.example.com", "*.example.com"));
    EXPECT_EQ(ingress.tls[0].secret_name, "shop-tls");
    EXPECT_THAT(ingress.tls[1].hosts, IsEmpty());
}

TEST(IngressDecode, BetaPortsByNumberAndName) {
    for (const auto* version : {"networking.k8s.io/v1beta1", "extensions/v1beta1"}) {
        const auto ingress = only<Ingress>(fmt::format(R"(apiVersion: {}
kind: Ingress
metadata: {{name: web}}
spec:
  backend: {{serviceName: fallback, servicePort: http}}
  rules:
  - http:
      paths:
      - {{backend: {{serviceName: a, servicePort: "80"}}}}
      - {{path: /b, pathType: Prefix, backend: {{serviceName: b, servicePort: 8080}}}}
)",
                                                       version));
        EXPECT_EQ(ingress.default_backend->port, IntOrString{"http"});
        const auto& paths = ingress.rules.at(0).paths;
        ASSERT_THAT(paths, SizeIs(2));
        EXPECT_EQ(paths[0].backend.port, IntOrString{"80"});  // stays text, as IntOrString has it
        EXPECT_EQ(paths[1].backend.port, IntOrString{8080});
        EXPECT_EQ(paths[1].type, PathType::prefix);
    }
}

TEST(IngressDecode, AnchorsAndMergeKeys) {
    const auto ingress = only<Ingress>(R"(apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  rules:
  - host: a.example.com
    http: &paths
      paths:
      - &first
        path: /
        pathType: Prefix
        backend: {service: {name: a, port: {number: 80}}}
      - <<: *first
        path: /b
      - <<: [{path: /c, pathType: Exact}, *first]
  - host: b.example.com
    http: *paths
)");
    ASSERT_THAT(ingress.rules, SizeIs(2));
    for (const auto& rule : ingress.rules) {
        ASSERT_THAT(rule.paths, SizeIs(3));
        EXPECT_EQ(rule.paths[1].path, "/b");
        EXPECT_EQ(rule.paths[1].type, PathType::prefix);
        EXPECT_EQ(rule.paths[2].path, "/c");
        EXPECT_EQ(rule.paths[2].type, PathType::exact);
        EXPECT_EQ(rule.paths[2].backend.service, "a");
    }
}

TEST(IngressClassDecode, HasItsController) {
    const auto ingress_class = only<IngressClass>(R"(apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata:
  name: nginx
  namespace: ignored-for-cluster-scoped-kinds
  annotations: {ingressclass.kubernetes.io/is-default-class: "true"}
spec: {controller: k8s.io/ingress-nginx}
)");
    EXPECT_EQ(ingress_class.meta.name, (ObjectName{"", "nginx"}));
    EXPECT_EQ(ingress_class.controller, "k8s.io/ingress-nginx");
    EXPECT_EQ(ingress_class.meta.annotations.at("ingressclass.kubernetes.io/is-default-class"), "true");
}

}  // namespace
}  // namespace fairway::k8s
