// fairway env: what a container of a Pod would find in its environment.
#include <fmt/format.h>

#include <cstdio>

#include "app/commands.hpp"
#include "ingress/engine.hpp"

namespace fairway::app {

int env(const EnvCommand& command) {
    ingress::EngineOptions options;
    options.paths = command.paths;
    options.translation = command.translation;
    ingress::Engine engine(std::move(options));
    const ingress::Report report = engine.load();
    for (const ingress::Diagnostic& diagnostic : report.diagnostics)
        if (diagnostic.refuses_start) fmt::print(stderr, "{}\n", diagnostic.to_string());
    if (report.refuses_start()) throw WrongConfiguration("no variables printed, because of the errors above");
    for (const auto& [name, value] : engine.environment(command.ns))
        fmt::print("{}{}={}\n", command.exported ? "export " : "", name, value);
    return 0;
}

}  // namespace fairway::app
