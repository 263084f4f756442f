#include "k8s-client/api/backoff.hpp"

#include <algorithm>

namespace fairway::k8s {

Backoff::Pause Backoff::next(Pause longest, Pause at_least) {
    last_ = std::clamp(last_ * 2, first_, std::max(longest, first_));
    std::uniform_int_distribution<Pause::rep> jitter(last_.count() / 2, last_.count());
    return at_least + Pause(jitter(random_));
}

}  // namespace fairway::k8s
