// Whose an Ingress is. Reference: docs/standalone.md, "Which Ingresses are served".
#pragma once

#include <string>

#include "ingress/object_store.hpp"
#include "ingress/options.hpp"

namespace fairway::ingress {

struct ClassDecision {
    bool ours = false;
    std::string reason;  ///< why not, as the rest of a sentence that begins with the Ingress; empty when ours
};

/// First rule that applies: spec.ingressClassName, annotation kubernetes.io/ingress.class, --watch-ingress-without-class.
/// In files a class that no IngressClass object describes is ours by its name; see TranslationOptions::class_objects_decide.
ClassDecision decide_class(const k8s::Ingress& ingress, const ObjectStore& store, const TranslationOptions& options);

}  // namespace fairway::ingress
