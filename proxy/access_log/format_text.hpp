// The text of a log format: literals and variables, as nginx's configuration has them in single quotes.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "routing/variable.hpp"

namespace fairway::proxy {

/// $hostname.
std::string host_name();

/// The character that a backslash and `c` mean in a quoted nginx word, or 0 when the backslash stands for itself.
char unescaped(char c) noexcept;

/// Goes through the text in its order. \" \' \\ \n \r \t mean the character; line breaks at the end are dropped, because a
/// YAML block scalar ends with one that nobody means. An Error: a '$' that no name follows, or "${" without "}".
/// @param literal   void(std::string_view)
/// @param variable  void(std::string_view name)
template <class Literal, class Variable>
Result<void> read_format_text(std::string_view text, Literal literal, Variable variable) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '$') {
            const auto name = routing::read_variable_name(text, at);
            if (!name) return name.error();
            variable(name->name);
            at = name->next;
        } else if (const char plain = text[at] == '\\' && at + 1 < text.size() ? unescaped(text[at + 1]) : '\0';
                   plain != '\0') {
            literal(std::string_view(&plain, 1));
            at += 2;
        } else {
            literal(text.substr(at++, 1));
        }
    }
    return {};
}

}  // namespace fairway::proxy
