// Explainer: walks a request through a snapshot as proxy/ would, and says at each step what decided it.
#pragma once

#include "base/result.hpp"
#include "ingress/explain.hpp"
#include "ingress/object_store.hpp"
#include "ingress/translator.hpp"
#include "routing/snapshot.hpp"

namespace fairway::ingress {

/// @param steps  asked once the route is known.
Result<Explanation> explain(const ExplainRequest& request, std::shared_ptr<const routing::Snapshot> snapshot,
                            const ObjectStore& store, const Translator& translator, const ExplainSteps& steps);

}  // namespace fairway::ingress
