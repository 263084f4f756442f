// A serving instance: control plane, data plane and health port on one control thread, from start to drain. What `run`
// and `demo` are made of.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "app/command_line.hpp"
#include "ingress/engine.hpp"

namespace fairway::app {

/// The ports that are really listened on.
struct ServedAddresses {
    std::uint16_t http_port = 0;
    std::uint16_t https_port = 0;
    std::uint16_t healthz_port = 0;
    std::string admin_url;  ///< "http://127.0.0.1:10255"; empty: no admin API
};

/// Serves until SIGTERM or SIGINT, drains, and returns the exit code: 0, or 1 when a second signal cut connections.
/// SIGUSR2 is what /wait-shutdown sends: a drain that, once it is over, waits for a SIGTERM to end.
/// Also minds SIGHUP (read everything anew, open the access log anew) and SIGUSR1 (only the log).
/// @param options  what to serve; its translation options are taken from `serving`.
/// @param on_ready  called once, when the first configuration is live.
/// Throws WrongConfiguration when the configuration refuses a start, std::runtime_error when a port cannot be bound.
int serve(ingress::EngineOptions options, const ServeOptions& serving,
          const std::function<void(const ServedAddresses&)>& on_ready);

}  // namespace fairway::app
