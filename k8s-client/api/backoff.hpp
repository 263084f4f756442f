// How long to wait before what failed is tried again: longer each time, and never in step with others who failed too.
#pragma once

#include <chrono>
#include <random>

namespace fairway::k8s {

class Backoff {
public:
    using Pause = std::chrono::milliseconds;

    /// @param first  the first pause, before jitter.
    explicit Backoff(Pause first) : first_(first) {}

    /// Twice the pause before, at most `longest`; of that, half to all by chance.
    /// @param at_least  what the server asked for (Retry-After): comes on top, so that it is kept by everybody.
    Pause next(Pause longest, Pause at_least = Pause::zero());
    /// What follows is a first failure again.
    void reset() noexcept { last_ = Pause::zero(); }

private:
    Pause first_;
    Pause last_{0};
    std::minstd_rand random_{std::random_device{}()};
};

}  // namespace fairway::k8s
