// Every key of ingress-nginx's ConfigMap in one table: the parser, lint and docs/configmap.md all read it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "ingress/annotations/descriptors.hpp"

namespace fairway::ingress {

struct ConfigKeyDescriptor {
    std::string_view name;  ///< a final '*' stands for any ending
    std::string_view values;
    std::string_view default_value;
    Status status;
    /// It restricts who may pass anywhere. While it does not act, every path answers 503.
    bool guards_access;
    std::string_view doc;
    std::string_view differs = {};  ///< how it acts otherwise than in ingress-nginx; empty: not at all
    std::string_view group = {};
};

struct ConfigKeyGroup {
    std::string_view title;
    std::span<const ConfigKeyDescriptor> rows;
};
/// The rows as they are written (table.cpp).
std::span<const ConfigKeyGroup> config_key_groups();

std::span<const ConfigKeyDescriptor> config_key_table();
/// nullptr: not a key of ingress-nginx.
const ConfigKeyDescriptor* find_config_key(std::string_view name);
std::span<const std::string_view> config_key_names();

/// The text of docs/configmap.md.
std::string configmap_documentation();

}  // namespace fairway::ingress
