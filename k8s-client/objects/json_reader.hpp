// JSON (RFC 8259) to a tree, with line and column for every value: what no library's event interface tells.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "k8s-client/objects/text_position.hpp"
#include "k8s-client/objects/tree_builder.hpp"

namespace fairway::k8s {

/// Reads values one after the other. Strict: no comments, no trailing commas, no raw control characters, no lone
/// surrogates. Strings without escapes are views of the text.
class JsonReader {
public:
    /// @param text  valid UTF-8 that outlives the builder's document.
    /// @param offset  where to begin.
    /// @param position  follows the same text; not beyond `offset` yet.
    JsonReader(std::string_view text, std::size_t offset, TextPosition& position, TreeBuilder& builder) noexcept
        : text_(text), at_(offset), builder_(builder), position_(position) {}

    /// Feeds one document to the builder, without ending it. False when it is not JSON: see problem().
    bool read_value();

    /// Behind the value that was read, or where reading failed.
    std::size_t offset() const noexcept { return at_; }
    const std::optional<Problem>& problem() const noexcept { return problem_; }

private:
    bool value();
    bool object();
    bool array();
    bool key();
    bool number();
    bool word(std::string_view expected, TreeNode::Kind kind, std::int64_t value);
    std::optional<std::string_view> string();
    std::optional<std::string_view> unescape(std::size_t end);
    std::optional<std::uint32_t> code_point();
    std::optional<std::uint32_t> hex4();
    void skip_space() noexcept;
    bool fail(std::string message);
    char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }

    std::string_view text_;
    std::size_t at_;
    TreeBuilder& builder_;
    TextPosition& position_;
    std::optional<Problem> problem_;
};

}  // namespace fairway::k8s
