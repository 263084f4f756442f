// A watch that runs in the background until its owner drops it.
#pragma once

#include <memory>

#include "k8s-client/api/resource_watch.hpp"

namespace boost::asio {
class io_context;
}

namespace fairway::ingress {

class WatchTask {
public:
    /// @param events  are told in `io`, and no more once the task is dropped, which they may do themselves.
    WatchTask(boost::asio::io_context& io, std::shared_ptr<k8s::ApiClient> client, k8s::WatchedResource resource,
              k8s::WatchEvents events);
    ~WatchTask();
    WatchTask(const WatchTask&) = delete;
    WatchTask& operator=(const WatchTask&) = delete;

    const k8s::WatchedResource& resource() const noexcept;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace fairway::ingress
