// The part of `fairway explain` that the data plane answers: its own list of request steps, for the request in question.
#pragma once

#include "ingress/explain.hpp"

namespace fairway::app {

/// For ingress::Engine::explain(), which does not see the data plane.
ingress::ExplainedSteps explain_steps(const ingress::ExplainRequest& request,
                                      std::shared_ptr<const routing::Snapshot> snapshot);

}  // namespace fairway::app
