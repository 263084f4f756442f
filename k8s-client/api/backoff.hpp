// How long to wait before what failed is tried again: longer each time, and never in step with others who failed too.
#pragma once

#include <chrono>
#include <optional>
#include <random>

namespace fairway::k8s {

enum class Failure {
    unreachable,  ///< no connection, or it broke
    busy,         ///< 429, 5xx
    refused,      ///< 401, 403, 404
    gone,         ///< 410: everything must be read anew, by all replicas at once
};

struct BackoffTimes {
    std::chrono::milliseconds first{200};                ///< the first pause, before chance
    std::chrono::milliseconds longest_unreachable{400};  ///< trying a closed port costs nobody anything
    std::chrono::milliseconds longest_busy{5'000};
    std::chrono::milliseconds longest_refused{30'000};
    /// An API server that has just come back refuses what it will allow in a moment, when its caches and roles are read:
    /// for so long any failure counts as unreachable.
    std::chrono::milliseconds start_up{10'000};
};

class Backoff {
public:
    using Pause = std::chrono::milliseconds;
    using Clock = std::chrono::steady_clock;

    explicit Backoff(BackoffTimes times) : times_(times) {}

    /// The first pause after another kind of failure, then twice the pause before, up to the longest of this kind; of
    /// that, half to all by chance.
    /// @param at_least  what the server asked for (Retry-After): comes on top, so that it is kept by everybody.
    Pause next(Failure failure, Pause at_least = Pause::zero(), Clock::time_point now = Clock::now());
    /// What follows is a first failure again.
    void reset() noexcept { last_ = Pause::zero(); }

private:
    Pause longest(Failure failure) const noexcept;

    BackoffTimes times_;
    Pause last_{0};
    Failure failure_ = Failure::unreachable;        ///< that `last_` was for
    std::optional<Clock::time_point> unreachable_;  ///< when it was so last
    std::minstd_rand random_{std::random_device{}()};
};

}  // namespace fairway::k8s
