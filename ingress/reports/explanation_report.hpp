// Explanations as JSON: what `fairway explain -o json` prints and the admin API answers.
#pragma once

#include <boost/json/object.hpp>

#include "base/result.hpp"
#include "ingress/explain.hpp"

namespace fairway::ingress {

boost::json::object explanation_report(const ExplainRequest& request, const Explanation& explanation);
/// The way back. Error: not such an object.
Result<Explanation> parse_explanation(const boost::json::value& report);

}  // namespace fairway::ingress
