// What the sessions of one service listener share in one worker.
#pragma once

#include <memory>

#include "proxy/metrics.hpp"
#include "routing/service_listener.hpp"

namespace fairway::proxy::l4 {

/// A session keeps a copy, so the listener may change or close meanwhile.
struct StreamPort {
    std::shared_ptr<const routing::Backend> backend;
    std::shared_ptr<const routing::StreamPolicy> policy;
    std::shared_ptr<StreamCounters> counters;
    SocketAddress address;  ///< that the listener is bound to
    bool accept_proxy_protocol = false;
    bool send_proxy_protocol = false;
};

}  // namespace fairway::proxy::l4
