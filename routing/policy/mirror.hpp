// Where a copy of each request goes: docs/mirror.md.
#pragma once

#include <memory>
#include <string>

#include "routing/backend.hpp"
#include "routing/text_template.hpp"

namespace fairway::tls {
class ClientContext;  // tls/client_context.hpp
}

namespace fairway::routing {

/// Annotations mirror-target, mirror-host, mirror-request-body.
struct Mirror {
    std::string url;                                ///< as written, for people
    BackendId servers = 0;                          ///< EndpointTable: where the host of the target leads
    std::shared_ptr<const tls::ClientContext> tls;  ///< null: http
    std::string host;                               ///< field Host of the copy
    TextTemplate target;                            ///< path and query; empty: those of the request
    bool body = true;

    bool operator==(const Mirror&) const = default;
};

}  // namespace fairway::routing
