// Executes a parsed command line: one function for each command, and the choice between them.
#pragma once

#include <stdexcept>

#include "app/command_line.hpp"

namespace fairway::app {

/// What was asked for cannot be done as written: exit code 2. Other exceptions: 1.
class WrongConfiguration : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Returns the exit code. Throws what main() prints as one sentence.
int execute(const Command& command);

int run(const RunCommand& command);
int demo(const DemoCommand& command);
int controller(const ControllerCommand& command);
int lint(const LintCommand& command);
int explain(const ExplainCommand& command);
int get(const GetCommand& command);
int describe(const DescribeCommand& command);
int env(const EnvCommand& command);
int wait_shutdown(const WaitShutdownCommand& command);

}  // namespace fairway::app
