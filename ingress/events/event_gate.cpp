#include "ingress/events/event_gate.hpp"

namespace fairway::ingress {

void EventGate::take(k8s::Event event, Clock::time_point now) {
    if (open_) return tell_(event);
    while (!held_.empty() && (held_.size() >= most_ || now - held_.front().since > window_)) held_.pop_front();
    held_.push_back({now, std::move(event)});
}

void EventGate::open(Clock::time_point now) {
    open_ = true;
    for (const auto& held : held_)
        if (now - held.since <= window_) tell_(held.event);
    held_.clear();
}

}  // namespace fairway::ingress
