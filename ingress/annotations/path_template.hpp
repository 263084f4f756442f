// Paths with variables and groups, as app-root, rewrite-target and x-forwarded-prefix hold them.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "routing/text_template.hpp"

namespace fairway::ingress {

/// ingress-nginx's characters of such a value (reference 3.1, "cap"): letters, digits, - . _ ~ / : and $. A '?', '&', '='
/// or space refuses it.
Result<routing::TextTemplate> parse_path_template(std::string_view text);

}  // namespace fairway::ingress
