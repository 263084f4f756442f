// The options of `fairway controller` alone: which API server, what it writes there, and ingress-nginx's own flags. And
// those by which lint finds an API server.
#pragma once

#include "app/command_options.hpp"

namespace CLI {
class App;
}

namespace fairway::app {

void add_controller_options(CLI::App& command, CommandValues& values);

/// --kubeconfig and --context of lint.
void add_cluster_to_read(CLI::App& command, CommandValues& values);

}  // namespace fairway::app
