#include "ingress/label_selector.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/ascii.hpp"
#include "ingress/values.hpp"
#include "k8s-client/objects/names.hpp"

namespace fairway::ingress {

namespace {

constexpr std::size_t kLongestName = 63;

/// Letters and digits at both ends, and '-', '_' and '.' between: what labels' names and values are made of.
bool is_label_text(std::string_view text) {
    const auto inner = [](char c) { return ascii::is_alnum(c) || c == '-' || c == '_' || c == '.'; };
    return !text.empty() && text.size() <= kLongestName && ascii::is_alnum(text.front()) &&
           ascii::is_alnum(text.back()) && std::ranges::all_of(text, inner);
}

bool is_key(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return is_label_text(text);
    return k8s::is_dns_subdomain(text.substr(0, slash)) && is_label_text(text.substr(slash + 1));
}

bool is_value(std::string_view text) { return text.empty() || is_label_text(text); }

/// The requirements between commas that stand in no parentheses.
std::vector<std::string_view> requirements(std::string_view text) {
    std::vector<std::string_view> parts;
    bool inside = false;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '(') inside = true;
        if (text[i] == ')') inside = false;
        if (text[i] != ',' || inside) continue;
        parts.push_back(ascii::trim(text.substr(begin, i - begin)));
        begin = i + 1;
    }
    parts.push_back(ascii::trim(text.substr(begin)));
    return parts;
}

/// "KEY in (VALUE, ...)" and "KEY notin (VALUE, ...)".
bool is_set_requirement(std::string_view text) {
    const auto open = text.find('(');
    if (open == std::string_view::npos || !text.ends_with(')')) return false;
    const auto values = text.substr(open + 1, text.size() - open - 2);
    const auto head = ascii::trim(text.substr(0, open));
    const auto space = head.find_last_of(" \t");
    if (space == std::string_view::npos) return false;
    const auto word = head.substr(space + 1);
    return (word == "in" || word == "notin") && is_key(ascii::trim(head.substr(0, space))) &&
           std::ranges::all_of(split_list(values), is_value);
}

bool is_requirement(std::string_view text) {
    if (text.find('(') != std::string_view::npos) return is_set_requirement(text);
    if (text.starts_with('!')) return is_key(ascii::trim(text.substr(1)));
    for (const std::string_view relation : {"!=", "==", "=", ">", "<"}) {
        const auto at = text.find(relation);
        if (at == std::string_view::npos) continue;
        return is_key(ascii::trim(text.substr(0, at))) && is_value(ascii::trim(text.substr(at + relation.size())));
    }
    return is_key(text);
}

}  // namespace

Result<std::string> parse_label_selector(std::string_view text) {
    if (text.empty()) return std::string();
    for (const auto part : requirements(text))
        if (!is_requirement(part))
            return Error{
                fmt::format("\"{}\" is not a label selector; write one such as team=a or tier in (web,api)", part)};
    return std::string(text);
}

}  // namespace fairway::ingress
