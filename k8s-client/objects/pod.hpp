// Pod: core/v1, as far as Services and probes need it.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "k8s-client/objects/meta.hpp"
#include "k8s-client/objects/service.hpp"

namespace fairway::k8s {

struct ContainerPort {
    std::string name;
    std::int32_t container_port = 0;
    Protocol protocol = Protocol::tcp;
};

/// Probe.httpGet
struct HttpGetAction {
    std::string path = "/";
    IntOrString port = 0;
    std::string host;    ///< empty: the Pod's address
    bool https = false;  ///< scheme HTTPS; the certificate is not verified
    std::vector<std::pair<std::string, std::string>> headers;

    bool operator==(const HttpGetAction&) const = default;
};

/// Probe.tcpSocket
struct TcpSocketAction {
    IntOrString port = 0;
    std::string host;  ///< empty: the Pod's address

    bool operator==(const TcpSocketAction&) const = default;
};

/// Probe.grpc: grpc.health.v1.Health/Check
struct GrpcAction {
    std::int32_t port = 0;
    std::string service;

    bool operator==(const GrpcAction&) const = default;
};

/// Probe.exec: a program and its arguments, without a shell.
struct ExecAction {
    std::vector<std::string> command;

    bool operator==(const ExecAction&) const = default;
};

/// readinessProbe, startupProbe or livenessProbe of a container, with the API's defaults.
struct Probe {
    std::variant<HttpGetAction, TcpSocketAction, GrpcAction, ExecAction> action;
    std::chrono::seconds initial_delay{0};
    std::chrono::seconds period{10};
    std::chrono::seconds timeout{1};
    std::int32_t success_threshold = 1;
    std::int32_t failure_threshold = 3;
    Position where;

    /// Whether it checks the same in the same way, wherever it is written.
    bool same_check(const Probe& other) const;
};

/// An entry of spec.containers, or a sidecar: one of spec.initContainers with restartPolicy Always.
struct Container {
    std::string name;
    std::vector<ContainerPort> ports;
    std::optional<Probe> readiness;
    std::optional<Probe> startup;
    std::optional<Probe> liveness;
};

struct Pod {
    static constexpr const char* kKind = "Pod";
    ObjectMeta meta;
    std::vector<Container> containers;
    std::vector<std::string> readiness_gates;  ///< spec.readinessGates[].conditionType
    std::string hostname;                      ///< spec.hostname and spec.subdomain: DNS name behind a headless Service
    std::string subdomain;
    std::string node_name;
    std::string phase;                       ///< status.phase; empty in most files: taken as Running
    std::vector<std::string> pod_ips;        ///< status.podIPs[].ip, or status.podIP
    std::optional<bool> ready;               ///< status.conditions[type=Ready]; absent in most files
    std::map<std::string, bool> conditions;  ///< status.conditions: type -> status is "True"
};

}  // namespace fairway::k8s
