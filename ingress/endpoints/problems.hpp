// Why a backend has no endpoint, in sentences.
#pragma once

#include <string>
#include <string_view>

#include "ingress/diagnostics.hpp"
#include "ingress/endpoints/found.hpp"

namespace fairway::ingress {

/// Why a backend has no endpoint. `message` is a sentence without what happens instead.
struct BackendProblem {
    Severity severity = Severity::notice;
    std::string reason;  ///< empty: nothing to report, though `message` may explain why there is no endpoint yet
    std::string message;

    bool operator==(const BackendProblem&) const = default;
};

BackendProblem missing_service(const ObjectStore& store, const k8s::ObjectName& name);
/// @param port  as the Ingress writes it.
BackendProblem missing_port(const k8s::Service& service, std::string_view port);
BackendProblem other_protocol(const k8s::Service& service, std::string_view port, k8s::Protocol own,
                              k8s::Protocol wanted);
/// @param found  what all sources together know, without anything usable.
BackendProblem no_endpoints(const k8s::Service& service, const Found& found);

}  // namespace fairway::ingress
