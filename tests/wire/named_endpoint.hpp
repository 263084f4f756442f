// An endpoint that answers by itself: for tests of many requests rather than of one.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "base/ip_address.hpp"

namespace fairway::wire {

/// Answers every request head with 200 and its name as the body, on any number of connections, from a thread of its own.
class NamedEndpoint {
public:
    /// @param delay  before each answer; requests wait for each other.
    explicit NamedEndpoint(std::string name, std::chrono::milliseconds delay = {});
    ~NamedEndpoint();
    NamedEndpoint(const NamedEndpoint&) = delete;
    NamedEndpoint& operator=(const NamedEndpoint&) = delete;

    SocketAddress address() const;
    unsigned requests() const noexcept { return requests_; }
    unsigned connections() const noexcept { return connections_; }  ///< opened so far

private:
    void run();

    std::string name_;
    std::chrono::milliseconds delay_;
    int listener_;
    int stop_;  // eventfd
    std::uint16_t port_;
    std::atomic<unsigned> requests_ = 0;
    std::atomic<unsigned> connections_ = 0;
    std::thread thread_;
};

}  // namespace fairway::wire
