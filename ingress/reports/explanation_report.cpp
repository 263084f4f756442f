#include "ingress/reports/explanation_report.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value_to.hpp>

namespace fairway::ingress {

namespace json = boost::json;

json::object explanation_report(const ExplainRequest& request, const Explanation& explanation) {
    json::array steps;
    for (const ExplainStep& step : explanation.steps)
        steps.push_back(json::object{{"topic", step.topic},
                                     {"verdict", step.verdict},
                                     {"details", json::array(step.details.begin(), step.details.end())}});
    return {{"method", request.method},
            {"url", request.url},
            {"steps", std::move(steps)},
            {"outcome", explanation.outcome},
            {"status", explanation.status}};
}

Result<Explanation> parse_explanation(const json::value& report) {
    try {
        Explanation explanation;
        for (const json::value& step : report.at("steps").as_array())
            explanation.steps.push_back({json::value_to<std::string>(step.at("topic")),
                                         json::value_to<std::string>(step.at("verdict")),
                                         json::value_to<std::vector<std::string>>(step.at("details"))});
        explanation.outcome = json::value_to<std::string>(report.at("outcome"));
        explanation.status = report.at("status").to_number<unsigned>();
        return explanation;
    } catch (const std::exception& error) {
        return Error{std::string("is not an explanation: ") + error.what()};
    }
}

}  // namespace fairway::ingress
