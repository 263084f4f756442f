// Which endpoint a connection goes to, and which next when that one fails.
#pragma once

#include <vector>

#include "proxy/worker_context.hpp"

namespace fairway::proxy {

/// For one request or connection. What the constructor takes outlives it.
class EndpointPicker {
public:
    /// @param ready  not empty.
    EndpointPicker(WorkerContext& worker, const routing::Backend& backend, routing::LoadBalance algorithm,
                   const routing::EndpointSet& ready)
        : worker_(worker), backend_(backend), algorithm_(algorithm), ready_(ready) {}

    const routing::Endpoint& next();
    /// The next one is another, if there is one.
    void failed(const routing::Endpoint& endpoint) { tried_.push_back(endpoint.address); }

private:
    WorkerContext& worker_;
    const routing::Backend& backend_;
    routing::LoadBalance algorithm_;
    const routing::EndpointSet& ready_;
    std::vector<SocketAddress> tried_;
};

}  // namespace fairway::proxy
