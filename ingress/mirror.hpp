// Servers that get copies of requests, as annotations mirror-* describe them.
#pragma once

#include "ingress/url_server.hpp"
#include "routing/policy/mirror.hpp"

namespace fairway::ingress {

struct MirrorSettings {
    ServerUrl url;
    routing::Mirror policy;  ///< all but `servers` and `tls`
};

}  // namespace fairway::ingress
