// A pause of one coroutine that others can end.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

namespace fairway::k8s {

class InterruptibleSleep {
public:
    /// One coroutine sleeps at a time. The object outlives it.
    boost::asio::awaitable<void> sleep(std::chrono::milliseconds length);
    /// Ends the sleep; nothing when nobody sleeps.
    void interrupt();

private:
    boost::asio::steady_timer* timer_ = nullptr;  // while somebody sleeps
};

}  // namespace fairway::k8s
