// Passthrough: hosts whose TLS connections go to their backend as they are, undecrypted (annotation ssl-passthrough).
#pragma once

#include <memory>
#include <string>

#include "routing/backend.hpp"
#include "routing/host_map.hpp"
#include "routing/route.hpp"

namespace fairway::routing {

struct PassthroughHost {
    std::string name;
    std::shared_ptr<const Backend> backend;   ///< of the host's path "/"; never null
    std::shared_ptr<const RouteOwner> owner;  ///< never null

    bool operator==(const PassthroughHost&) const = default;
};

/// By exact host name, lower case. Immutable once shared.
using PassthroughTable = HostMap<PassthroughHost>;

}  // namespace fairway::routing
