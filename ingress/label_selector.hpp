// Label selectors as kubectl and --watch-namespace-selector take them; the API server evaluates them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace fairway::ingress {

/// "team=a,env!=dev,tier in (web, api),!internal", as it is. Errors: what an API server would not take.
Result<std::string> parse_label_selector(std::string_view text);

}  // namespace fairway::ingress
