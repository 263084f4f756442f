// Typed access to the fields of one object, with a complaint for everything that is not as Kubernetes wants it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "k8s-client/objects/decode.hpp"
#include "k8s-client/objects/tree.hpp"

namespace fairway::k8s {

/// Names of the fields that a mapping may have.
using FieldNames = std::span<const std::string_view>;

/// Whether messages may show values.
enum class Values { shown, hidden };

/// The complaints about one object, and the names of the fields that were asked for.
class ObjectReport {
public:
    /// @param out  gets the complaints; outlives the report.
    ObjectReport(FileName file, std::string kind, std::vector<Complaint>& out)
        : file_(std::move(file)), kind_(std::move(kind)), out_(out) {}

    const FileName& file() const noexcept { return file_; }
    const std::string& kind() const noexcept { return kind_; }
    const ObjectName& object() const noexcept { return object_; }
    /// Names the object in complaints from now on.
    void set_object(ObjectName object) { object_ = std::move(object); }
    /// For Secrets: messages then tell the kind of a value, never the value.
    void hide_values() noexcept { values_ = Values::hidden; }
    Values values() const noexcept { return values_; }

    /// True once there was an error: the object must be refused.
    bool failed() const noexcept { return failed_; }
    /// True when there are so many complaints that more would help nobody.
    bool full() const noexcept;

    Position position(Mark mark) const { return file_.empty() ? Position{} : Position{file_, mark.line, mark.column}; }
    void add(Severity severity, Mark mark, std::string field, std::string message);

private:
    friend class Field;
    /// One step of a field path. Fields refer to their step by number, so that they may be copied freely and a path is
    /// spelled out only when someone complains.
    struct Step {
        std::uint32_t parent = 0;
        std::int64_t index = -1;  ///< of a list's item; else -1
        std::string_view key;
        bool bracketed = false;  ///< annotations["a.b/c"]: a key that is data, not a field
    };
    std::string path(std::uint32_t step) const;

    FileName file_;
    std::string kind_;
    ObjectName object_;
    std::vector<Complaint>& out_;
    std::vector<Step> steps_{Step{}};
    Values values_ = Values::shown;
    bool failed_ = false;
};

/// A field of an object: present, or absent (null counts as absent, as Kubernetes reads it). Getters by key return the
/// default for an absent field and complain about one of the wrong type. Valid while its document is.
class Field {
public:
    Field(ObjectReport& report, const TreeNode& root) : report_(&report), node_(&root), mark_(root.mark) {}

    bool present() const noexcept { return node_ && node_->kind != TreeNode::Kind::null; }
    const TreeNode* node() const noexcept { return present() ? node_ : nullptr; }
    ObjectReport& report() const noexcept { return *report_; }
    /// Of the value; of an absent field, where its parent begins.
    Position where() const { return report_->position(mark_); }
    /// "spec.rules[0].http"
    std::string path() const { return report_->path(step_); }

    void error(std::string message) const { report_->add(Severity::error, mark_, path(), std::move(message)); }
    void notice(std::string message) const { report_->add(Severity::notice, mark_, path(), std::move(message)); }
    void warning(std::string message) const { report_->add(Severity::warning, mark_, path(), std::move(message)); }

    /// A member of any type.
    Field at(std::string_view key) const;
    /// A member that is a mapping. @param known  what it may hold; empty: anything.
    Field mapping(std::string_view key, FieldNames known) const;
    /// The items of a member that is a list.
    std::vector<Field> list(std::string_view key) const;
    /// The items that are mappings.
    std::vector<Field> mappings(std::string_view key, FieldNames known) const;

    std::string string(std::string_view key) const;
    /// An error when absent or empty. @param advice  what to write: "write the Service's name".
    std::string required_string(std::string_view key, std::string_view advice) const;
    std::optional<bool> boolean(std::string_view key) const;
    std::optional<std::int64_t> integer(std::string_view key, std::int64_t least, std::int64_t most) const;
    /// A port number 1-65535. @param name_field  where a name would be allowed instead: "name"; may be empty.
    std::optional<std::int32_t> port(std::string_view key, std::string_view name_field = {}) const;
    /// A port by number (1-65535) or by name: text, even of digits, is a name (util/intstr.IntOrString).
    std::optional<IntOrString> port_or_name(std::string_view key) const;
    /// Text to text. @param positions  gets the place of each value of a file; may be nullptr.
    std::map<std::string, std::string> strings(std::string_view key,
                                               std::map<std::string, Position>* positions = nullptr) const;

    /// Warns of members that are not among `known`.
    void warn_unknown(FieldNames known) const;
    /// True for a mapping; an error otherwise.
    bool is_mapping() const;
    /// The text of a string; an error for anything else. @param expected  "a string", for the message.
    std::optional<std::string_view> text(std::string_view expected = "a string") const;
    /// The text of a string; an error for anything else, and for nothing. @param advice  what to write.
    std::string_view required_text(std::string_view advice) const;
    /// A member whose key is data: shown as path[key].
    Field entry(std::string_view key, const TreeNode& value) const { return child(&value, {step_, -1, key, true}); }

private:
    Field child(const TreeNode* node, ObjectReport::Step step) const;
    void wrong_type(std::string_view expected, std::string_view advice = {}) const;
    std::optional<std::int64_t> whole_number() const;

    ObjectReport* report_;
    const TreeNode* node_;
    Mark mark_;
    std::uint32_t step_ = 0;
};

}  // namespace fairway::k8s
