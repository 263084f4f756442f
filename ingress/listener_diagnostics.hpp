// Service listeners whose addresses could not be taken, as diagnostics of the objects that ask for them.
#pragma once

#include <vector>

#include "ingress/diagnostics.hpp"
#include "routing/service_listener.hpp"

namespace fairway::ingress {

std::vector<Diagnostic> listener_diagnostics(const std::vector<routing::ListenerProblem>& problems);

}  // namespace fairway::ingress
