// The path that an endpoint gets in place of the client's.
#pragma once

#include <optional>
#include <string>

#include "routing/regex.hpp"
#include "routing/text_template.hpp"

namespace fairway::routing {

/// Annotations rewrite-target and x-forwarded-prefix, for one path of an Ingress.
struct Rewrite {
    std::string text;  ///< rewrite-target as written
    TextTemplate target;
    bool redirects = false;  ///< the target is an absolute URL: 302 to it, as nginx does
    /// Of the Ingress path, anchored nowhere, without case: what is replaced, whole, and where $1 to $9 come from. None
    /// until the path is known.
    std::optional<Regex> pattern;
    /// The path's location has the same pattern behind a '^', so that what it finds at the beginning is what this would.
    bool as_location = false;
    TextTemplate forwarded_prefix;  ///< X-Forwarded-Prefix; without pieces: the field is left alone

    bool operator==(const Rewrite&) const = default;
};

}  // namespace fairway::routing
