// Canaries of one host: which Ingress with canary: "true" gets a share of which route. docs/canary.md.
#pragma once

#include <string>
#include <vector>

#include "ingress/backend_registry.hpp"
#include "ingress/ingress_record.hpp"
#include "routing/route.hpp"

namespace fairway::ingress {

/// Gives each canary to the routes of its host, path and path type. Reports those that find none or are refused, so that
/// they get no requests; and that one has company, which ingress-nginx would ignore.
/// @param canaries  in order of precedence.
/// @param routes    of the host; none when no ordinary Ingress names it.
void add_canaries(const std::string& host, const std::vector<const IngressRecord*>& canaries,
                  const BackendRegistry& backends, std::vector<routing::Route>& routes,
                  std::vector<Diagnostic>& diagnostics);

}  // namespace fairway::ingress
