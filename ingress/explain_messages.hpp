// What a route does with messages on their way, for explain.
#pragma once

#include <string>
#include <vector>

#include "routing/route.hpp"
#include "routing/settings.hpp"

namespace fairway::ingress {

/// Appends a line for each policy that the route has.
void explain_messages(const routing::RoutePolicy& policy, const routing::Settings& settings,
                      std::vector<std::string>& details);

}  // namespace fairway::ingress
