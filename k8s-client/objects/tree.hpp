// A document as a tree: what YAML and JSON both become before any type is known. Every node knows where it was written.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fairway::k8s {

/// Line and column (in code points), both from 1.
struct Mark {
    std::uint32_t line = 0;
    std::uint32_t column = 0;

    auto operator<=>(const Mark&) const = default;
};

struct Member;

/// A value. Trivial to copy: text and children belong to the document's arena (or to the input), and a YAML alias
/// shares the children of its anchor.
struct TreeNode {
    enum class Kind : std::uint8_t { null, boolean, integer, real, string, sequence, mapping };

    Kind kind = Kind::null;
    std::uint16_t height = 1;  ///< levels of the tree below and including this node
    std::uint32_t size = 0;    ///< members of a mapping, items of a sequence
    std::uint64_t weight = 1;  ///< nodes of the tree below and including this one, aliases counted out
    Mark mark;
    std::int64_t number = 0;  ///< of an integer; of a boolean 0 or 1
    std::string_view text;    ///< of a scalar, as written
    const Member* first_member = nullptr;
    const TreeNode* first_item = nullptr;

    std::span<const Member> members() const noexcept;
    std::span<const TreeNode> items() const noexcept;
    /// The member's value, or nullptr: also when this is no mapping.
    const TreeNode* find(std::string_view key) const noexcept;
};

/// A key and its value.
struct Member {
    std::string_view key;
    Mark key_mark;
    bool merge = false;  ///< a plain YAML "<<"
    TreeNode value;
};

inline std::span<const TreeNode> TreeNode::items() const noexcept { return {first_item, first_item ? size : 0}; }
inline std::span<const Member> TreeNode::members() const noexcept { return {first_member, first_member ? size : 0}; }

/// What is wrong with a document.
struct Problem {
    Mark mark;
    std::string message;
};

/// One document of a file. Valid only while the reader's callback runs.
struct Document {
    const TreeNode* root = nullptr;     ///< nullptr: nothing but comments
    std::span<const Problem> problems;  ///< it was read to its end, but must not be used when there are any
};

using DocumentSink = std::function<void(const Document&)>;

}  // namespace fairway::k8s
