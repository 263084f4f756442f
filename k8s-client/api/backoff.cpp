#include "k8s-client/api/backoff.hpp"

#include <algorithm>
#include <utility>

namespace fairway::k8s {

Backoff::Pause Backoff::longest(Failure failure) const noexcept {
    switch (failure) {
        case Failure::unreachable: return times_.longest_unreachable;
        case Failure::refused: return times_.longest_refused;
        default: return times_.longest_busy;
    }
}

Backoff::Pause Backoff::next(Failure failure, Pause at_least, Clock::time_point now) {
    if (failure == Failure::unreachable)
        unreachable_ = now;
    else if (failure != Failure::gone && unreachable_ && now - *unreachable_ < times_.start_up)
        failure = Failure::unreachable;
    if (std::exchange(failure_, failure) != failure) reset();
    last_ = std::clamp(last_ * 2, times_.first, std::max(longest(failure), times_.first));
    std::uniform_int_distribution<Pause::rep> jitter(last_.count() / 2, last_.count());
    return at_least + Pause(jitter(random_));
}

}  // namespace fairway::k8s
