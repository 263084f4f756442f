// What a route changes in cookies and redirects of its endpoints.
#pragma once

#include <optional>
#include <string>

#include "routing/regex.hpp"
#include "routing/text_template.hpp"

namespace fairway::routing {

/// Annotations and ConfigMap keys proxy-cookie-domain, proxy-cookie-path, proxy-redirect-from, proxy-redirect-to. A pair
/// with neither `from` nor `pattern` changes nothing.
struct ResponseRewrite {
    struct Pair {
        std::string from;
        std::optional<Regex> pattern;  ///< "~pattern" in place of `from`; `to` may hold its groups
        TextTemplate to;

        bool operator==(const Pair&) const = default;
    };
    Pair cookie_domain;  ///< `from` without leading dot; the whole Domain, in any case
    Pair cookie_path;    ///< beginning of the Path
    Pair redirect;       ///< beginning of Location, or of the URL in Refresh

    bool operator==(const ResponseRewrite&) const = default;
};

}  // namespace fairway::routing
