// The directives of a text in ModSecurity's language, as far as must be known to judge which of them may act.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fairway::waf {

struct Directive {
    int line = 0;                    ///< of its first word, from 1
    std::string_view text;           ///< as written, without the line break at its end
    std::vector<std::string> words;  ///< the name first; without their quotes, lines that a backslash joins are one
    bool open_quote = false;         ///< a quote has no end on its line
};

/// Never fails: what is left open ends with its line. Comments and empty lines are left out.
std::vector<Directive> split_directives(std::string_view text);

/// The actions of a rule, "id:1,phase:2,msg:'a, b'", in lower case and without their arguments: {"id", "phase", "msg"}.
std::vector<std::string> action_names(std::string_view actions);

}  // namespace fairway::waf
