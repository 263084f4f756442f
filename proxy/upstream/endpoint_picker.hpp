// Which endpoint a request or connection goes to, and which next when that one fails: the one that the request names by a
// cookie or a hash, or that the client has by the ClientIP affinity of the Service, else the balancer's choice.
#pragma once

#include <vector>

#include "proxy/worker_context.hpp"

namespace fairway::proxy {

class StickyChoice;

/// For one request or connection. What the constructor takes by reference outlives it.
class EndpointPicker {
public:
    /// @param ready   not empty.
    /// @param client  for affinity: behind trusted proxies the real one.
    /// @param sticky  null: not a request of HTTP.
    EndpointPicker(WorkerContext& worker, const routing::Backend& backend, routing::LoadBalance algorithm,
                   const routing::EndpointSet& ready, const IpAddress& client, StickyChoice* sticky = nullptr);

    /// Asked again without failed(), it gives the client's own endpoint again, or balances anew without affinity.
    const routing::Endpoint& next();
    /// The next one is another, if there is one.
    void failed(const SocketAddress& endpoint) { tried_.push_back(endpoint); }
    /// After a failure the client keeps the endpoint that worked in its place.
    void worked(const SocketAddress& endpoint);

private:
    const routing::Endpoint& balance();
    const routing::Endpoint* find(const SocketAddress& address) const;

    WorkerContext& worker_;
    const routing::Backend& backend_;
    routing::LoadBalance algorithm_;
    const routing::EndpointSet& ready_;
    IpAddress client_;
    StickyChoice* sticky_;  // null: nothing in the request decides
    std::vector<SocketAddress> tried_;
};

}  // namespace fairway::proxy
