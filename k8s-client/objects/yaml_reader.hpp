// YAML 1.1 to trees, by libyaml: the parser that Go's yaml, and with it kubectl, was ported from, so that both take the
// same files. Its events are turned into a tree here, within limits; nothing in it recurses.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "k8s-client/objects/tree_builder.hpp"

namespace fairway::k8s {

/// How far a YAML reader came.
struct YamlEnd {
    std::optional<Problem> problem;   ///< a syntax error; absent at the end of the text
    std::uint32_t document_line = 0;  ///< first line of the document with the error, from 1 in `text`
};

/// Feeds all documents of `text`, which must be valid UTF-8, to the builder until its end, a syntax error or a limit.
/// Lines of marks are counted from `first_line`.
YamlEnd read_yaml(std::string_view text, std::uint32_t first_line, TreeBuilder& builder);

}  // namespace fairway::k8s
