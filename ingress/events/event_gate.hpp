// Event gate: all replicas notice the same things, and one tells them. Who that is, is not known for a moment, at the start
// and when a leader falls silent: what is noticed then is held for as long, and told by the one that comes to lead.
#pragma once

#include <chrono>
#include <deque>
#include <functional>

#include "k8s-client/api/event.hpp"

namespace fairway::ingress {

class EventGate {
public:
    using Clock = std::chrono::steady_clock;

    /// @param window  how long nobody may lead: what is older was told by the leader of its time.
    /// @param most    Events held at once; the oldest goes.
    EventGate(std::chrono::seconds window, std::function<void(const k8s::Event&)> tell, std::size_t most = 1000)
        : window_(window), most_(most), tell_(std::move(tell)) {}

    void take(k8s::Event event, Clock::time_point now);
    /// We lead, or nobody needs to: tells what is held, and from now on everything.
    void open(Clock::time_point now);
    /// Another one leads.
    void close() noexcept { open_ = false; }

private:
    struct Held {
        Clock::time_point since;
        k8s::Event event;
    };
    std::chrono::seconds window_;
    std::size_t most_;
    std::function<void(const k8s::Event&)> tell_;
    std::deque<Held> held_;
    bool open_ = false;
};

}  // namespace fairway::ingress
