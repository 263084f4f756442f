// Words of nginx's configuration language, as far as snippets need to be understood to say what replaces them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fairway::ingress {

/// "proxy_read_timeout 300s;" or, with what is inside its braces, "if ($x) { return 403; }".
struct NginxDirective {
    std::vector<std::string> words;  ///< the name first; without quotes and backslashes
    std::vector<NginxDirective> block;
};

/// Never fails: what is left open ends with the text. At most `limit` directives in all, and four blocks deep.
std::vector<NginxDirective> parse_nginx_text(std::string_view text, std::size_t limit);

}  // namespace fairway::ingress
