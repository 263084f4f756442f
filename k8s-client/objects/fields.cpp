#include "k8s-client/objects/fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/spelling.hpp"
#include "k8s-client/objects/quote.hpp"

namespace fairway::k8s {

namespace {

constexpr std::size_t kMaxComplaints = 1000;  // of one file

std::string_view name_of(TreeNode::Kind kind) {
    switch (kind) {
        case TreeNode::Kind::null: return "null";
        case TreeNode::Kind::boolean: return "a boolean";
        case TreeNode::Kind::integer:
        case TreeNode::Kind::real: return "a number";
        case TreeNode::Kind::string: return "a string";
        case TreeNode::Kind::sequence: return "a list";
        case TreeNode::Kind::mapping: return "a mapping";
    }
    return "";
}

bool is_scalar(const TreeNode& node) {
    return node.kind != TreeNode::Kind::sequence && node.kind != TreeNode::Kind::mapping;
}

}  // namespace

bool ObjectReport::full() const noexcept { return out_.size() > kMaxComplaints; }

void ObjectReport::add(Severity severity, Mark mark, std::string field, std::string message) {
    if (severity == Severity::error) failed_ = true;
    if (full()) return;
    if (out_.size() == kMaxComplaints) {
        out_.push_back({Severity::warning,
                        Position{file_, 0, 0},
                        {},
                        {},
                        {},
                        fmt::format("more than {} complaints; mend these first", kMaxComplaints)});
        return;
    }
    out_.push_back({severity, position(mark), kind_, object_, std::move(field), std::move(message)});
}

std::string ObjectReport::path(std::uint32_t step) const {
    std::vector<const Step*> way;
    for (; step != 0; step = steps_[step].parent) way.push_back(&steps_[step]);
    std::string out;
    for (auto it = way.rbegin(); it != way.rend(); ++it) {
        const auto& part = **it;
        if (part.index >= 0)
            fmt::format_to(std::back_inserter(out), "[{}]", part.index);
        else if (part.bracketed)
            fmt::format_to(std::back_inserter(out), "[{}]", printable(part.key));
        else
            fmt::format_to(std::back_inserter(out), "{}{}", out.empty() ? "" : ".", part.key);
    }
    return out;
}

Field Field::child(const TreeNode* node, ObjectReport::Step step) const {
    auto field = *this;
    field.node_ = node;
    if (node) field.mark_ = node->mark;
    report_->steps_.push_back(step);
    field.step_ = static_cast<std::uint32_t>(report_->steps_.size() - 1);
    return field;
}

Field Field::at(std::string_view key) const {
    return child(node_ ? node_->find(key) : nullptr, {step_, -1, key, false});
}

void Field::wrong_type(std::string_view expected, std::string_view advice) const {
    error(fmt::format("must be {}, not {}{}{}", expected, name_of(node_->kind), advice.empty() ? "" : "; ", advice));
}

bool Field::is_mapping() const {
    if (!present()) return false;
    if (node_->kind == TreeNode::Kind::mapping) return true;
    wrong_type("a mapping");
    return false;
}

Field Field::mapping(std::string_view key, FieldNames known) const {
    const auto field = at(key);
    if (!field.present()) return field;
    if (!field.is_mapping()) return child(nullptr, {step_, -1, key, false});
    field.warn_unknown(known);
    return field;
}

std::vector<Field> Field::list(std::string_view key) const {
    const auto field = at(key);
    if (!field.present()) return {};
    if (field.node_->kind != TreeNode::Kind::sequence) {
        field.wrong_type("a list", "begin each item with \"- \"");
        return {};
    }
    std::vector<Field> items;
    items.reserve(field.node_->size);
    for (const auto& node : field.node_->items())
        items.push_back(field.child(&node, {field.step_, static_cast<std::int64_t>(items.size()), {}, false}));
    return items;
}

std::vector<Field> Field::mappings(std::string_view key, FieldNames known) const {
    auto items = list(key);
    std::erase_if(items, [&](const Field& item) {
        if (!item.present()) item.error("an item of this list is empty; remove its \"-\" or fill it in");
        if (!item.is_mapping()) return true;
        item.warn_unknown(known);
        return false;
    });
    return items;
}

void Field::warn_unknown(FieldNames known) const {
    if (known.empty() || !node_) return;
    if (report_->file().empty()) return;  // an API server may know fields that are newer than we are
    for (const auto& member : node_->members()) {
        if (report_->full()) return;  // looking for the word that was meant is what costs here
        if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
        const auto parent = path();
        report_->add(Severity::warning, member.key_mark, parent + (parent.empty() ? "" : ".") + printable(member.key),
                     "unknown field, ignored" + did_you_mean(member.key, known));
    }
}

std::optional<std::string_view> Field::text(std::string_view expected) const {
    if (!present()) return {};
    if (node_->kind == TreeNode::Kind::string) return node_->text;
    const bool quotable = is_scalar(*node_) && report_->values() == Values::shown;
    const auto advice = quotable            ? fmt::format("write {} in quotes", k8s::quoted(node_->text))
                        : is_scalar(*node_) ? std::string("write it in quotes")
                                            : std::string{};
    wrong_type(expected, advice);
    return {};
}

std::string Field::string(std::string_view key) const { return std::string(at(key).text().value_or("")); }

std::string Field::required_string(std::string_view key, std::string_view advice) const {
    return std::string(at(key).required_text(advice));
}

std::string_view Field::required_text(std::string_view advice) const {
    if (present() && !(node_->kind == TreeNode::Kind::string && node_->text.empty())) return text().value_or("");
    error(fmt::format("is required; {}", advice));
    return {};
}

std::optional<bool> Field::boolean(std::string_view key) const {
    const auto field = at(key);
    if (!field.present()) return {};
    if (field.node_->kind == TreeNode::Kind::boolean) return field.node_->number != 0;
    field.wrong_type("true or false", field.node_->kind == TreeNode::Kind::string ? "write it without quotes" : "");
    return {};
}

// An integer, or a real without a fraction: 80.0 reaches the API server as 80.
std::optional<std::int64_t> Field::whole_number() const {
    if (node_->kind == TreeNode::Kind::integer) return node_->number;
    if (node_->kind != TreeNode::Kind::real) return {};
    double value = 0;
    const auto digits = node_->text.starts_with('+') ? node_->text.substr(1) : node_->text;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    constexpr double kExact = 9007199254740992.0;  // 2^53: up to here every integer is a double
    if (problem != std::errc{} || end != digits.data() + digits.size() || std::abs(value) > kExact ||
        value != std::trunc(value))
        return {};
    return static_cast<std::int64_t>(value);
}

std::optional<std::int64_t> Field::integer(std::string_view key, std::int64_t least, std::int64_t most) const {
    const auto field = at(key);
    if (!field.present()) return {};
    if (field.node_->kind != TreeNode::Kind::integer && field.node_->kind != TreeNode::Kind::real) {
        field.wrong_type("a number", field.node_->kind == TreeNode::Kind::string ? "write it without quotes" : "");
        return {};
    }
    const auto value = field.whole_number();
    if (value && *value >= least && *value <= most) return value;
    field.error(fmt::format("{} is not a whole number from {} to {}", printable(field.node_->text), least, most));
    return {};
}

std::optional<std::int32_t> Field::port(std::string_view key, std::string_view name_field) const {
    const auto field = at(key);
    if (field.present() && field.node_->kind == TreeNode::Kind::string) {
        std::uint16_t digits = 0;
        const auto& text = field.node_->text;
        const auto parsed = std::from_chars(text.data(), text.data() + text.size(), digits);
        if (parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size())
            field.wrong_type("a number", fmt::format("write {} without quotes", text));
        else
            field.wrong_type("a number",
                             name_field.empty() ? "" : fmt::format("a port's name belongs into \"{}\"", name_field));
        return {};
    }
    const auto value = integer(key, 1, 65535);
    return value ? std::optional(static_cast<std::int32_t>(*value)) : std::nullopt;
}

std::optional<IntOrString> Field::port_or_name(std::string_view key) const {
    const auto field = at(key);
    if (!field.present()) return {};
    if (field.node_->kind == TreeNode::Kind::string) return IntOrString(std::string(field.node_->text));
    const auto number = port(key);
    return number ? std::optional<IntOrString>(*number) : std::nullopt;
}

std::map<std::string, std::string> Field::strings(std::string_view key,
                                                  std::map<std::string, Position>* positions) const {
    std::map<std::string, std::string> out;
    const auto field = mapping(key, {});
    if (!field.present()) return out;
    for (const auto& member : field.node_->members()) {
        const auto value = field.entry(member.key, member.value);
        const auto text = value.text("a string");
        if (!text && value.present()) continue;
        out.emplace(member.key, text.value_or(""));  // null becomes "", as in Go's map[string]string
        if (positions && !report_->file().empty()) positions->emplace(member.key, report_->position(member.value.mark));
    }
    return out;
}

}  // namespace fairway::k8s
