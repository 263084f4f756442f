// At most one log line a second of what clients can bring about as often as they like.
#pragma once

#include <chrono>
#include <optional>
#include <utility>

namespace fairway::log {

/// Not for several threads: make one thread_local for each event.
class LineLimit {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// Whether a line may be written now: how many were left out since the last one, or nullopt and this one is left out.
    std::optional<unsigned> admit(TimePoint now) {
        if (now < quiet_until_) {
            ++left_out_;
            return std::nullopt;
        }
        quiet_until_ = now + std::chrono::seconds(1);
        return std::exchange(left_out_, 0);
    }

private:
    TimePoint quiet_until_{};
    unsigned left_out_ = 0;
};

}  // namespace fairway::log
