// The validating admission webhook without its server: the body of a request in, the answer out.
#pragma once

#include <string_view>

#include "ingress/admission/answer.hpp"
#include "ingress/translator.hpp"

namespace fairway::ingress {

/// Logs what it denies.
AdmissionAnswer answer_review(std::string_view body, const Translator& translator);

}  // namespace fairway::ingress
