// Pod: core/v1, as far as Services need it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "k8s-client/objects/meta.hpp"
#include "k8s-client/objects/service.hpp"

namespace fairway::k8s {

struct ContainerPort {
    std::string name;
    std::int32_t container_port = 0;
    Protocol protocol = Protocol::tcp;
};

struct Container {
    std::string name;
    std::vector<ContainerPort> ports;
};

struct Pod {
    static constexpr const char* kKind = "Pod";
    ObjectMeta meta;
    std::vector<Container> containers;
    std::string phase;                 ///< status.phase; empty in most files: taken as Running
    std::vector<std::string> pod_ips;  ///< status.podIPs[].ip, or status.podIP
    std::optional<bool> ready;         ///< status.conditions[type=Ready]; absent in most files
};

}  // namespace fairway::k8s
