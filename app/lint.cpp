// fairway lint: every diagnostic about manifests, or about the objects of a cluster.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "app/commands.hpp"
#include "app/terminal.hpp"
#include "app/version.hpp"
#include "ingress/engine.hpp"

namespace fairway::app {

namespace {

std::string coloured(const Style& style, const ingress::Diagnostic& diagnostic) {
    switch (diagnostic.severity) {
        case ingress::Severity::error: return style.red(diagnostic.to_string());
        case ingress::Severity::warning: return style.yellow(diagnostic.to_string());
        case ingress::Severity::notice: return diagnostic.to_string();
    }
    return diagnostic.to_string();
}

std::string counted(std::size_t count, const char* noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

void print_text(const ingress::Report& report) {
    const Style style = Style::for_descriptor(1);
    for (const ingress::Diagnostic& diagnostic : report.diagnostics) fmt::print("{}\n", coloured(style, diagnostic));
    fmt::print("{}, {}, {}\n", counted(report.count(ingress::Severity::error), "error"),
               counted(report.count(ingress::Severity::warning), "warning"),
               counted(report.count(ingress::Severity::notice), "notice"));
}

void print_json(const ingress::Report& report) {
    boost::json::array all;
    for (const ingress::Diagnostic& diagnostic : report.diagnostics)
        all.push_back(boost::json::object{{"severity", ingress::to_string(diagnostic.severity)},
                                          {"file", diagnostic.where.file.str()},
                                          {"line", diagnostic.where.line},
                                          {"column", diagnostic.where.column},
                                          {"kind", diagnostic.kind},
                                          {"namespace", diagnostic.object.ns},
                                          {"name", diagnostic.object.name},
                                          {"field", diagnostic.field},
                                          {"reason", diagnostic.reason},
                                          {"message", diagnostic.message}});
    fmt::print("{}\n", boost::json::serialize(all));
}

}  // namespace

int lint(const LintCommand& command) {
    ingress::EngineOptions options;
    options.paths = command.paths;
    options.translation = command.translation;
    options.translation.geoip_directory.clear();  // databases are where it will serve
    if (!command.kubeconfig.empty()) {
        auto api_server = k8s::kubeconfig(command.kubeconfig, command.context);
        if (!api_server) throw WrongConfiguration(api_server.error().message);
        options.listing =
            ingress::ListingOptions{*std::move(api_server), fmt::format("fairway/{}", kBuildInfo.version)};
    }
    ingress::Engine engine(std::move(options));
    const ingress::Report report = engine.load();
    if (command.output == OutputFormat::json)
        print_json(report);
    else
        print_text(report);
    return report.has_errors() ? 1 : 0;
}

}  // namespace fairway::app
