// Secret, ConfigMap, Namespace and Node: core/v1.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "k8s-client/objects/meta.hpp"

namespace fairway::k8s {

/// Values are decoded from base64 (data) or taken as they are (stringData wins). Move-only, and wiped when dropped:
/// key material leaves no copies in freed memory.
struct Secret {
    static constexpr const char* kKind = "Secret";
    Secret() = default;
    Secret(Secret&&) noexcept = default;
    Secret& operator=(Secret&&) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret();

    ObjectMeta meta;
    std::string type;
    std::map<std::string, std::string> data;
    bool withheld = false;  ///< `data` was not kept, because nobody needs it: the Secret is known by name only
};

struct ConfigMap {
    static constexpr const char* kKind = "ConfigMap";
    ObjectMeta meta;
    std::map<std::string, std::string> data;
    std::map<std::string, Position> data_positions;  ///< only from files
};

struct Namespace {
    static constexpr const char* kKind = "Namespace";
    ObjectMeta meta;
};

struct Node {
    static constexpr const char* kKind = "Node";
    ObjectMeta meta;
    std::vector<std::pair<std::string, std::string>> addresses;  ///< status.addresses[]: type, address
};

}  // namespace fairway::k8s
