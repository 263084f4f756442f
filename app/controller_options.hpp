// The options that only `fairway controller` has: which API server, what it writes there, and ingress-nginx's own flags.
#pragma once

#include "app/command_options.hpp"

namespace CLI {
class App;
}

namespace fairway::app {

void add_controller_options(CLI::App& command, CommandValues& values);

}  // namespace fairway::app
