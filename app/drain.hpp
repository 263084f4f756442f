// The end of a server, step by step, without cutting anybody off: docs/commands.md, "Shutting down".
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>

namespace fairway::app {

/// What a drain does to the data plane, and what it asks of it.
struct DrainSteps {
    std::function<void()> start_drain;                ///< clients are told to go; new ones are still served
    std::function<void()> ignore_new_clients;         ///< after the grace period: no handshake begins any more
    std::function<void()> stop_accepting;             ///< when those that had begun must be over
    std::function<std::uint64_t()> open_connections;  ///< 0 ends the drain
    std::function<void(bool complete)> finished;      ///< false: the limit passed with connections still open
};

struct DrainLimits {
    std::chrono::milliseconds grace{0};        ///< --shutdown-grace-period
    std::chrono::milliseconds limit{240'000};  ///< worker-shutdown-timeout: from the end of the grace period
};

/// Runs once, on the thread of its io_context.
class Drain {
public:
    Drain(boost::asio::io_context& io, DrainSteps steps) : steps_(std::move(steps)), timer_(io) {}
    Drain(const Drain&) = delete;
    Drain& operator=(const Drain&) = delete;

    void start(DrainLimits limits);
    bool started() const noexcept { return started_; }

private:
    void end_grace();
    void end_accepting();
    void look();

    DrainSteps steps_;
    boost::asio::steady_timer timer_;
    std::chrono::milliseconds limit_{0};
    std::chrono::steady_clock::time_point deadline_;
    bool started_ = false;
};

}  // namespace fairway::app
