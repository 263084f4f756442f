// Explainer: walks a request through a snapshot as proxy/ would, and says at each step what decided it.
#pragma once

#include "base/result.hpp"
#include "ingress/explain.hpp"
#include "ingress/object_store.hpp"
#include "ingress/translator.hpp"
#include "routing/snapshot.hpp"

namespace fairway::ingress {

Result<Explanation> explain(const ExplainRequest& request, const routing::Snapshot& snapshot, const ObjectStore& store,
                            const Translator& translator);

}  // namespace fairway::ingress
