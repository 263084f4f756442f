// What decoding costs when a proxy with thousands of hosts starts: an Ingress and a Service for each.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <string>

#include "k8s-client/objects/decode.hpp"

namespace fairway::k8s {
namespace {

constexpr auto kYaml = R"(apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: app-{0}
  namespace: shop
  annotations:
    nginx.ingress.kubernetes.io/proxy-read-timeout: "90"
spec:
  ingressClassName: nginx
  rules:
    - host: app-{0}.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: app-{0}
                port:
                  number: 80
          - path: /api
            pathType: Prefix
            backend:
              service:
                name: app-{0}
                port:
                  number: 80
---
apiVersion: v1
kind: Service
metadata:
  name: app-{0}
  namespace: shop
spec:
  selector:
    app: app-{0}
  ports:
    - name: http
      port: 80
      targetPort: 8080
---
)";

constexpr auto kJson =
    R"({{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{{"name":"app-{0}","namespace":"shop","annotations":)"
    R"({{"nginx.ingress.kubernetes.io/proxy-read-timeout":"90"}}}},"spec":{{"ingressClassName":"nginx","rules":[{{"host":)"
    R"("app-{0}.example.com","http":{{"paths":[{{"path":"/","pathType":"Prefix","backend":{{"service":{{"name":"app-{0}",)"
    R"("port":{{"number":80}}}}}}}}]}}}}]}}}},)"
    R"({{"apiVersion":"v1","kind":"Service","metadata":{{"name":"app-{0}","namespace":"shop"}},"spec":{{"selector":{{"app":)"
    R"("app-{0}"}},"ports":[{{"name":"http","port":80,"targetPort":8080}}]}}}})";

void run(benchmark::State& state, const std::string& text) {
    const auto expected = static_cast<std::size_t>(2 * state.range(0));
    for (auto _ : state)
        if (decode(text, "manifests.yaml").objects.size() != expected)
            state.SkipWithError("not all objects were decoded");
    state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * static_cast<std::int64_t>(state.iterations()));
}

void yaml_documents(benchmark::State& state) {
    std::string text;
    for (std::int64_t i = 0; i < state.range(0); ++i) text += fmt::format(kYaml, i);
    run(state, text);
}
BENCHMARK(yaml_documents)->Arg(50)->Arg(5'000)->Unit(benchmark::kMillisecond);

void json_list(benchmark::State& state) {
    std::string text = R"({"apiVersion":"v1","kind":"List","items":[)";
    for (std::int64_t i = 0; i < state.range(0); ++i) text += (i > 0 ? "," : "") + fmt::format(kJson, i);
    run(state, text + "]}");
}
BENCHMARK(json_list)->Arg(50)->Arg(5'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace fairway::k8s
