// The checks of the admission webhook, in their order (reference 5.6): is this Ingress good, as things stand?
#pragma once

#include <vector>

#include "ingress/admission/review.hpp"
#include "ingress/translator.hpp"

namespace fairway::ingress {

/// Judges an Ingress that is about to be stored. Changes nothing; costs about what its translation costs.
Verdict check_ingress(const ObjectPtr& ingress, const Translator& translator);

}  // namespace fairway::ingress
