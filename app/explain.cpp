// fairway explain: why a request goes where it goes.
#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <cstdio>

#include "app/commands.hpp"
#include "app/explain_steps.hpp"
#include "app/get/admin_client.hpp"
#include "app/terminal.hpp"
#include "ingress/engine.hpp"
#include "ingress/reports/explanation_report.hpp"

namespace fairway::app {

namespace {

void print_text(const ExplainCommand& command, const ingress::Explanation& explanation) {
    const Style style = Style::for_descriptor(1);
    fmt::print("{}\n", style.bold(command.request.method + " " + command.request.url));
    for (const ingress::ExplainStep& step : explanation.steps) {
        fmt::print("  {} {}\n", style.dim(fmt::format("{:<10}", step.topic)), step.verdict);
        for (const std::string& detail : step.details) fmt::print("  {:<10} {}\n", "", style.dim(detail));
    }
    const bool refused = explanation.status >= 400;
    fmt::print("=> {}\n", refused ? style.red(explanation.outcome) : style.green(explanation.outcome));
}

void print(const ExplainCommand& command, const ingress::Explanation& explanation) {
    if (command.output == OutputFormat::json)
        fmt::print("{}\n", boost::json::serialize(ingress::explanation_report(command.request, explanation)));
    else
        print_text(command, explanation);
}

/// Broken manifests may be the very reason why a request goes nowhere.
void print_problems(const ingress::Report& report) {
    for (const ingress::Diagnostic& diagnostic : report.diagnostics)
        if (diagnostic.severity == ingress::Severity::error) fmt::print(stderr, "{}\n", diagnostic.to_string());
}

}  // namespace

int explain(const ExplainCommand& command) {
    if (!command.admin.empty()) {
        print(command, AdminClient(command.admin).explain(command.request));
        return 0;
    }
    ingress::EngineOptions options;
    options.paths = command.paths;
    options.translation = command.translation;
    ingress::Engine engine(std::move(options));
    const ingress::Report report = engine.load();
    print_problems(report);
    if (report.refuses_start()) throw WrongConfiguration("nothing to explain, because of the errors above");
    const auto explanation = engine.explain(command.request, explain_steps);
    if (!explanation) throw WrongConfiguration(explanation.error().message);
    print(command, *explanation);
    return 0;
}

}  // namespace fairway::app
