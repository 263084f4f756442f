#include "k8s-client/objects/tree_builder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.hpp"
#include "k8s-client/objects/quote.hpp"

namespace fairway::k8s {

namespace {

constexpr std::size_t kMaxProblems = 100;         // of one document: enough to mend it, bounded for hostile ones
constexpr std::size_t kLinearSearchMembers = 16;  // up to here comparing pairs beats hashing

}  // namespace

const TreeNode* TreeNode::find(std::string_view key) const noexcept {
    for (const auto& member : members())
        if (member.key == key) return &member.value;
    return nullptr;
}

void TreeBuilder::begin_mapping(Mark mark, std::string_view anchor) { begin(TreeNode::Kind::mapping, mark, anchor); }

void TreeBuilder::begin_sequence(Mark mark, std::string_view anchor) { begin(TreeNode::Kind::sequence, mark, anchor); }

void TreeBuilder::begin(TreeNode::Kind kind, Mark mark, std::string_view anchor) {
    if (stopped_) return;
    if (frames_.size() >= limits_.max_depth) {
        stopped_ = Problem{mark, fmt::format("nested deeper than {} levels, the limit", limits_.max_depth)};
        return;
    }
    Frame frame;
    frame.node.kind = kind;
    frame.node.mark = mark;
    frame.anchor = arena_.copy(anchor);
    frame.first_child = kind == TreeNode::Kind::mapping ? members_.size() : items_.size();
    frame.expects_key = kind == TreeNode::Kind::mapping;
    frames_.push_back(frame);
}

void TreeBuilder::end() {
    if (stopped_) return;
    FAIRWAY_ASSERT(!frames_.empty(), "a reader closes only what it opened");
    auto frame = frames_.back();
    frames_.pop_back();
    if (frame.node.kind == TreeNode::Kind::mapping) {
        close_mapping(frame);
    } else {
        const auto items = std::span<const TreeNode>(items_).subspan(frame.first_child);
        frame.node.size = static_cast<std::uint32_t>(items.size());
        frame.node.first_item = arena_.copy(items);
        items_.resize(frame.first_child);
    }
    if (!frame.anchor.empty()) anchors_[frame.anchor] = frame.node;
    // Children were counted when they were added; only this node is new.
    const auto weight = frame.node.weight;
    frame.node.weight = 1;
    if (!within_limits(frame.node)) return;
    frame.node.weight = weight;
    add(frame.node);
}

void TreeBuilder::scalar(const TreeNode& node, bool merge_key, std::string_view anchor) {
    if (stopped_ || !within_limits(node)) return;
    if (!anchor.empty()) anchors_[arena_.copy(anchor)] = node;
    if (!frames_.empty() && frames_.back().expects_key) return add_key(node, merge_key);
    add(node);
}

void TreeBuilder::alias(std::string_view anchor, Mark mark) {
    if (stopped_) return;
    TreeNode node;
    if (const auto found = anchors_.find(anchor); found != anchors_.end())
        node = found->second;
    else
        problem(mark,
                fmt::format("alias *{} has no finished anchor &{} before it", printable(anchor), printable(anchor)));
    const bool was_within = alias_nodes_ <= limits_.max_alias_expansion;
    alias_nodes_ += node.weight;
    if (alias_nodes_ > limits_.max_alias_expansion) {
        if (was_within)
            problem(mark, fmt::format("aliases expand to more than {} values, the limit; write them out or use fewer",
                                      limits_.max_alias_expansion));
        node = TreeNode{};
    }
    if (frames_.size() + node.height > limits_.max_depth + 1) {
        problem(mark, fmt::format("aliases nest deeper than {} levels, the limit", limits_.max_depth));
        node = TreeNode{};
    }
    node.mark = mark;
    scalar(node);
}

void TreeBuilder::end_document() {
    if (stopped_) return;
    sink_(Document{root_ ? &*root_ : nullptr, problems_});
    drop_document();
}

void TreeBuilder::drop_document() noexcept {
    frames_.clear();
    members_.clear();
    items_.clear();
    anchors_.clear();
    problems_.clear();
    root_.reset();
    alias_nodes_ = 0;
    arena_.reset();
}

void TreeBuilder::problem(Mark mark, std::string message) {
    if (problems_.size() < kMaxProblems) problems_.push_back({mark, std::move(message)});
}

// Counts a node against the file's limit.
bool TreeBuilder::within_limits(const TreeNode& node) {
    nodes_ += node.weight;
    if (nodes_ <= limits_.max_nodes) return true;
    stopped_ = Problem{node.mark,
                       fmt::format("more than {} values in one file, the limit; split the file", limits_.max_nodes)};
    return false;
}

void TreeBuilder::add(const TreeNode& node) {
    if (frames_.empty()) {
        root_ = node;
        return;
    }
    auto& parent = frames_.back();
    parent.node.weight += node.weight;
    parent.node.height = std::max<std::uint16_t>(parent.node.height, static_cast<std::uint16_t>(node.height + 1));
    if (parent.node.kind == TreeNode::Kind::sequence) {
        items_.push_back(node);
    } else if (parent.expects_key) {
        add_key(node, false);
    } else {
        members_.back().value = node;
        parent.expects_key = true;
    }
}

// YAML allows any value as a key; Kubernetes turns numbers and booleans into text, as JSON has only text.
void TreeBuilder::add_key(const TreeNode& node, bool merge_key) {
    Member member;
    member.key_mark = node.mark;
    member.merge = merge_key;
    switch (node.kind) {
        case TreeNode::Kind::null: problem(node.mark, "a key is missing here; write one in front of the colon"); break;
        case TreeNode::Kind::boolean: member.key = node.number ? "true" : "false"; break;
        case TreeNode::Kind::sequence:
        case TreeNode::Kind::mapping:
            problem(
                node.mark,
                "a key must be text, not a list or a mapping; if this is a template, render it first (helm template)");
            break;
        default: member.key = node.text;
    }
    members_.push_back(member);
    frames_.back().expects_key = false;
}

void TreeBuilder::close_mapping(Frame& frame) {
    auto members = std::span<const Member>(members_).subspan(frame.first_child);
    refuse_duplicates(members);
    if (std::any_of(members.begin(), members.end(), [](const Member& member) { return member.merge; })) {
        expand_merges(frame);
        members = std::span<const Member>(members_).subspan(frame.first_child);
    }
    frame.node.size = static_cast<std::uint32_t>(members.size());
    frame.node.first_member = arena_.copy(members);
    members_.resize(frame.first_child);
}

void TreeBuilder::refuse_duplicates(std::span<const Member> members) {
    const auto refuse = [this](const Member& member) {
        problem(member.key_mark, fmt::format("key {} is here twice; remove one", k8s::quoted(member.key)));
    };
    if (members.size() <= kLinearSearchMembers) {
        for (std::size_t i = 1; i < members.size(); ++i)
            for (std::size_t j = 0; j < i; ++j)
                if (members[i].key == members[j].key) {
                    refuse(members[i]);
                    break;
                }
        return;
    }
    std::unordered_set<std::string_view> seen;
    for (const auto& member : members)
        if (!seen.insert(member.key).second) refuse(member);
}

// YAML 1.1 merge key: "<<" takes over the members of a mapping, or of each of a list of mappings; keys that are
// there already win (https://yaml.org/type/merge.html).
void TreeBuilder::expand_merges(Frame& frame) {
    const auto begin = members_.begin() + static_cast<std::ptrdiff_t>(frame.first_child);
    const std::vector<Member> written(begin, members_.end());
    members_.erase(begin, members_.end());
    std::unordered_set<std::string_view> present;
    for (const auto& member : written)
        if (!member.merge && present.insert(member.key).second) members_.push_back(member);
    for (const auto& member : written) {
        if (!member.merge) continue;
        if (member.value.kind == TreeNode::Kind::sequence)
            for (const auto& item : member.value.items()) merge(item, member.key_mark, members_, present);
        else
            merge(member.value, member.key_mark, members_, present);
    }
}

void TreeBuilder::merge(const TreeNode& source, Mark mark, std::vector<Member>& into,
                        std::unordered_set<std::string_view>& present) {
    if (source.kind != TreeNode::Kind::mapping)
        return problem(mark, "the value of << must be a mapping, or a list of mappings");
    for (const auto& member : source.members())
        if (present.insert(member.key).second) into.push_back(member);
}

}  // namespace fairway::k8s
