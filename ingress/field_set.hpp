// Fields of messages that a ConfigMap lists: what custom-headers, add-headers, proxy-set-headers and their kin name.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "k8s-client/objects/config.hpp"
#include "routing/policy/field_set.hpp"

namespace fairway::ingress {

enum class FieldValues : std::uint8_t {
    literal,         ///< '$' is meant as it stands
    with_variables,  ///< nginx variables are filled in
};

struct ReadFieldSet {
    routing::FieldSet fields;           ///< the good entries
    std::vector<std::string> problems;  ///< one sentence for each bad one: `"a b" is not a field name …`
};

/// Entries that would break the framing of messages, or belong to one connection alone, are bad too.
ReadFieldSet read_field_set(const k8s::ConfigMap& map, FieldValues values);

}  // namespace fairway::ingress
