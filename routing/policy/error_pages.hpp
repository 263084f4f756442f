// Which answers of a route come from another backend: docs/custom-errors.md.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "routing/backend.hpp"

namespace fairway::routing {

/// Annotations custom-http-errors, default-backend, disable-proxy-intercept-errors, and the ConfigMap keys of these names.
struct ErrorPages {
    std::vector<std::uint16_t> statuses;  ///< sorted: they are replaced by the answer of a default backend
    /// `statuses` are of the ConfigMap: its list goes to the global default backend alone (reference 3.13).
    bool global_backend_only = false;
    bool own_errors_only = false;            ///< disable-proxy-intercept-errors
    std::shared_ptr<const Backend> backend;  ///< annotation default-backend; null: none

    bool operator==(const ErrorPages&) const = default;
};

}  // namespace fairway::routing
