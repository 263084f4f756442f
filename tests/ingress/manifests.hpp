// Small manifests for tests.
#pragma once

#include <string>

#include <fmt/format.h>

namespace fairway::ingress::test {

/// An Ingress with one host and the path "/".
inline std::string ingress_manifest(const std::string& name, const std::string& host,
                                    const std::string& service = "web", const std::string& annotations = "{}") {
    return fmt::format(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: {}, annotations: {}}}\nspec:\n  rules:\n"
        "  - host: {}\n    http:\n      paths:\n      - path: /\n        pathType: Prefix\n"
        "        backend: {{service: {{name: {}, port: {{number: 80}}}}}}\n",
        name, annotations, host, service);
}

/// A Service with port 80 and one endpoint, port 8080.
inline std::string service_manifest(const std::string& name, const std::string& address) {
    return fmt::format("apiVersion: v1\nkind: Service\nmetadata: {{name: {0}}}\nspec: {{ports: [{{port: 80, "
                       "targetPort: 8080}}]}}\n---\n"
                       "apiVersion: v1\nkind: Endpoints\nmetadata: {{name: {0}}}\nsubsets: [{{addresses: [{{ip: "
                       "{1}}}], ports: [{{port: "
                       "8080}}]}}]\n",
                       name, address);
}

}  // namespace fairway::ingress::test
