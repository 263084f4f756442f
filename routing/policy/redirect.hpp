// A route that answers every request with a redirect instead of forwarding it.
#pragma once

#include <cstdint>
#include <string>

#include "routing/text_template.hpp"

namespace fairway::routing {

/// Annotations permanent-redirect, permanent-redirect-code, temporal-redirect, temporal-redirect-code. When both
/// redirects are there the temporal one counts (reference 3.2).
struct Redirect {
    std::string location;  ///< an absolute URL, or a path on the host that the client asked for
    std::uint16_t status = 301;
    TextTemplate with_variables{};  ///< of a `location` that has some (--enable-annotation-validation=false)

    bool operator==(const Redirect&) const = default;
};

}  // namespace fairway::routing
