// Ingress and IngressClass (networking.k8s.io/v1). Older forms are turned into this one by the decoder.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "k8s-client/objects/meta.hpp"

namespace fairway::k8s {

enum class PathType { exact, prefix, implementation_specific };

/// spec…backend: a Service port, or a resource (which no Ingress controller of this family serves).
struct IngressBackend {
    std::string service;   ///< service.name, or v1beta1 serviceName; empty when `is_resource`
    IntOrString port = 0;  ///< service.port.number or .name, or v1beta1 servicePort
    bool is_resource = false;
    Position where;
};

struct IngressPath {
    std::string path;  ///< may be empty, which means "/"
    PathType type = PathType::implementation_specific;
    IngressBackend backend;
    Position where;
    std::string field;  ///< "spec.rules[0].http.paths[1]" for messages
};

struct IngressRule {
    std::string host;  ///< empty: every host
    std::vector<IngressPath> paths;
    Position where;
};

struct IngressTls {
    std::vector<std::string> hosts;
    std::string secret_name;
    Position where;
};

struct Ingress {
    static constexpr const char* kKind = "Ingress";
    ObjectMeta meta;
    std::optional<std::string> class_name;  ///< spec.ingressClassName
    std::optional<IngressBackend> default_backend;
    std::vector<IngressRule> rules;
    std::vector<IngressTls> tls;
    std::vector<LoadBalancerAddress> status;  ///< status.loadBalancer.ingress
};

struct IngressClass {
    static constexpr const char* kKind = "IngressClass";
    ObjectMeta meta;
    std::string controller;  ///< spec.controller
};

}  // namespace fairway::k8s
