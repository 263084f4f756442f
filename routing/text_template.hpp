// Text with nginx variables, as annotations and ConfigMap keys may hold it: "https://$host/oauth2/auth". Parsed when the
// configuration is read; proxy/variables.hpp fills it in for a request.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "routing/variable.hpp"

namespace fairway::routing {

struct TextTemplate {
    struct Piece {
        std::string literal;  ///< before the variable
        VariableName name;    ///< Variable::empty: none, the piece is its literal
        int group = 0;        ///< 1 to 9: $1 to $9, groups of the pattern that chose the route; 0: `name` counts

        bool operator==(const Piece&) const = default;
    };
    std::vector<Piece> pieces;

    /// Without variables: the text itself.
    bool is_literal() const noexcept {
        return pieces.size() <= 1 &&
               (pieces.empty() || (pieces[0].name.variable == Variable::empty && pieces[0].group == 0));
    }
    bool operator==(const TextTemplate&) const = default;
};

/// Refuses control characters, variables that Fairway does not know, those that have no value yet when a request is forwarded (of the
/// response, of the end of the request, $pid and $hostname), a '$' without a name and "${" without "}".
Result<TextTemplate> parse_text_template(std::string_view text);

/// Text that is meant as it stands, '$' included.
TextTemplate literal_template(std::string text);

}  // namespace fairway::routing
