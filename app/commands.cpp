#include "app/commands.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "app/completion.hpp"
#include "app/serve.hpp"
#include "app/version.hpp"

namespace fairway::app {

namespace {

/// Writes to standard output. Throws when that fails: output cut short by a full disk must not look complete.
int print(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
        throw std::runtime_error("cannot write to standard output");
    return 0;
}

struct Executor {
    int operator()(const RunCommand& command) const { return run(command); }
    int operator()(const DemoCommand& command) const { return demo(command); }
    int operator()(const ControllerCommand& command) const { return controller(command); }
    int operator()(const LintCommand& command) const { return lint(command); }
    int operator()(const ExplainCommand& command) const { return explain(command); }
    int operator()(const GetCommand& command) const { return get(command); }
    int operator()(const DescribeCommand& command) const { return describe(command); }
    int operator()(const EnvCommand& command) const { return env(command); }
    int operator()(const VersionCommand& command) const { return print(version_text(command.output)); }
    int operator()(const CompletionCommand& command) const { return print(completion_script(command.shell)); }
    int operator()(const WaitShutdownCommand& command) const { return wait_shutdown(command); }
    int operator()(const Answer& answer) const {
        if (answer.exit_code == 0) return print(answer.text);
        std::fputs(answer.text.c_str(), stderr);
        return answer.exit_code;
    }
};

}  // namespace

int execute(const Command& command) { return std::visit(Executor(), command); }

int run(const RunCommand& command) {
    ingress::EngineOptions options;
    options.paths = command.paths;
    return serve(std::move(options), command.serve, [](const ServedAddresses&) {});
}

}  // namespace fairway::app
