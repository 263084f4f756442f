#include "k8s-client/objects/scalar.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include <optional>
#include <string>

#include "base/ascii.hpp"

namespace fairway::k8s {

namespace {

using Words = std::initializer_list<std::string_view>;

bool is_one_of(std::string_view text, Words words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

// Text whose first letter may start a word with a meaning of its own, or a number.
bool may_be_special(std::string_view text) {
    return text.empty() || ascii::is_digit(text[0]) ||
           std::string_view("+-.~yYnNtTfFoO").find(text[0]) != std::string_view::npos;
}

// Go's strconv.ParseInt with base 0: prefixes 0x, 0o, 0b, and 0 for octal.
std::optional<std::int64_t> parse_integer(std::string_view text) {
    const bool negative = !text.empty() && text[0] == '-';
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
    int base = 10;
    if (text.size() > 1 && text[0] == '0') {
        const char mark = ascii::to_lower(text[1]);
        base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
        text.remove_prefix(ascii::is_digit(mark) ? 1 : 2);
    }
    std::uint64_t magnitude = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), magnitude, base);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return {};
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
    if (magnitude > kMost + (negative ? 1 : 0)) return {};
    return negative ? static_cast<std::int64_t>(-magnitude) : static_cast<std::int64_t>(magnitude);
}

std::size_t digits_at(std::string_view text, std::size_t from) {
    auto end = from;
    while (end < text.size() && ascii::is_digit(text[end])) ++end;
    return end - from;
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool is_real(std::string_view text) {
    std::size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    const auto whole = digits_at(text, at);
    at += whole;
    if (at < text.size() && text[at] == '.') {
        const auto fraction = digits_at(text, ++at);
        at += fraction;
        if (whole + fraction == 0) return false;
    } else if (whole == 0) {
        return false;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
        const auto exponent = digits_at(text, at);
        if (exponent == 0) return false;
        at += exponent;
    }
    return at == text.size();
}

void resolve_number(TreeNode& node) {
    std::string without_underscores;
    auto text = node.text;
    if (text.find('_') != std::string_view::npos) {
        std::remove_copy(text.begin(), text.end(), std::back_inserter(without_underscores), '_');
        text = without_underscores;
    }
    if (const auto number = parse_integer(text)) {
        node.kind = TreeNode::Kind::integer;
        node.number = *number;
    } else if (is_real(text)) {
        node.kind = TreeNode::Kind::real;
    }
}

TreeNode make(TreeNode::Kind kind, std::string_view text, Mark mark) {
    TreeNode node;
    node.kind = kind;
    node.text = text;
    node.mark = mark;
    return node;
}

}  // namespace

TreeNode resolve_plain(std::string_view text, Mark mark) {
    auto node = make(TreeNode::Kind::string, text, mark);
    if (!may_be_special(text)) return node;
    if (!text.empty() && (ascii::is_digit(text[0]) || text[0] == '+' || text[0] == '-')) resolve_number(node);
    if (node.kind != TreeNode::Kind::string) return node;
    if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) {
        node.kind = TreeNode::Kind::null;
    } else if (is_one_of(text, {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})) {
        node.kind = TreeNode::Kind::boolean;
        node.number = 1;
    } else if (is_one_of(text, {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})) {
        node.kind = TreeNode::Kind::boolean;
    } else if (is_one_of(text, {".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf",
                                "-.Inf", "-.INF"}) ||
               (text[0] == '.' && is_real(text))) {
        node.kind = TreeNode::Kind::real;
    }
    return node;
}

TreeNode resolve_tagged(std::string_view tag, std::string_view text, Mark mark) {
    constexpr std::string_view kStandard = "tag:yaml.org,2002:";
    const auto string = make(TreeNode::Kind::string, text, mark);
    if (!tag.starts_with(kStandard)) return string;
    tag.remove_prefix(kStandard.size());
    const auto plain = resolve_plain(text, mark);
    const bool fits =
        (tag == "int" && plain.kind == TreeNode::Kind::integer) ||
        (tag == "float" && (plain.kind == TreeNode::Kind::real || plain.kind == TreeNode::Kind::integer)) ||
        (tag == "bool" && plain.kind == TreeNode::Kind::boolean) ||
        (tag == "null" && plain.kind == TreeNode::Kind::null);
    return fits ? plain : string;
}

}  // namespace fairway::k8s
