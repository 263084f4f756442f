// Builds trees from the events of a YAML or JSON reader, within limits: the reader stops as soon as one is passed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "k8s-client/objects/arena.hpp"
#include "k8s-client/objects/decode.hpp"
#include "k8s-client/objects/tree.hpp"

namespace fairway::k8s {

class TreeBuilder {
public:
    /// @param sink  gets every finished document.
    TreeBuilder(const DecodeLimits& limits, const DocumentSink& sink) : limits_(limits), sink_(sink) {}

    /// For text that must outlive the event that brought it.
    Arena& arena() noexcept { return arena_; }

    void begin_mapping(Mark mark, std::string_view anchor = {});
    void begin_sequence(Mark mark, std::string_view anchor = {});
    /// Closes the innermost mapping or sequence.
    void end();
    /// A scalar: the next key of a mapping, or a value.
    /// @param node  its text must live in the arena or in the input.
    /// @param merge_key  whether it is YAML's "<<", should it turn out to be a key.
    void scalar(const TreeNode& node, bool merge_key = false, std::string_view anchor = {});
    /// The value of an anchor of this document, once more.
    void alias(std::string_view anchor, Mark mark);

    /// Hands the document over and forgets it.
    void end_document();
    /// Forgets a document that will not be finished.
    void drop_document() noexcept;

    /// Something in this document is wrong; reading goes on.
    void problem(Mark mark, std::string message);

    /// The limit that was passed: the reader must stop.
    const std::optional<Problem>& stopped() const noexcept { return stopped_; }

private:
    struct Frame {
        TreeNode node;
        std::string_view anchor;
        std::size_t first_child = 0;  // in members_ or items_
        bool expects_key = false;
    };

    void begin(TreeNode::Kind kind, Mark mark, std::string_view anchor);
    void add(const TreeNode& node);
    void add_key(const TreeNode& node, bool merge_key);
    void close_mapping(Frame& frame);
    void merge(const TreeNode& source, Mark mark, std::vector<Member>& into,
               std::unordered_set<std::string_view>& present);
    void expand_merges(Frame& frame);
    void refuse_duplicates(std::span<const Member> members);
    bool within_limits(const TreeNode& node);

    DecodeLimits limits_;
    const DocumentSink& sink_;
    Arena arena_;
    std::vector<Frame> frames_;
    std::vector<Member> members_;  // of all open mappings, innermost last
    std::vector<TreeNode> items_;  // of all open sequences, innermost last
    std::unordered_map<std::string_view, TreeNode> anchors_;
    std::vector<Problem> problems_;
    std::optional<TreeNode> root_;
    std::optional<Problem> stopped_;
    std::uint64_t nodes_ = 0;        // of the file
    std::uint64_t alias_nodes_ = 0;  // of the document
};

}  // namespace fairway::k8s
