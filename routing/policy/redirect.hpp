// A route that answers every request with a redirect instead of forwarding it.
#pragma once

#include <cstdint>
#include <string>

namespace fairway::routing {

/// Annotations permanent-redirect, permanent-redirect-code, temporal-redirect, temporal-redirect-code. When both
/// redirects are there the temporal one counts (reference 3.2).
struct Redirect {
    std::string location;  ///< an absolute URL, or a path on the host that the client asked for
    std::uint16_t status = 301;

    bool operator==(const Redirect&) const = default;
};

}  // namespace fairway::routing
