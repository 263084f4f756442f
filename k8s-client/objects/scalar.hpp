// What a plain YAML 1.1 scalar means, as sigs.k8s.io/yaml (kubectl and the API server's clients) reads it.
#pragma once

#include <string_view>

#include "k8s-client/objects/tree.hpp"

namespace fairway::k8s {

/// Kind and value of a plain (unquoted) scalar. "yes", "on", "y", "True" are booleans; "~" and "" are null; "0x50",
/// "0o17", "017" (octal), "0b1" and "1_000" are integers; "80.0" is a real. Dates stay text. An integer beyond 64 bits
/// is a real.
/// Source: goyaml.v2/resolve.go of sigs.k8s.io/yaml.
TreeNode resolve_plain(std::string_view text, Mark mark);

/// The same for an explicit tag ("tag:yaml.org,2002:int"), quoted or not; other tags mean text.
/// A text that does not fit its tag comes back as a string.
TreeNode resolve_tagged(std::string_view tag, std::string_view text, Mark mark);

}  // namespace fairway::k8s
