// So many log lines a second of what clients can bring about as often as they like.
#pragma once

#include <chrono>
#include <optional>
#include <utility>

namespace fairway::log {

/// Not for several threads: make one thread_local for each event.
class LineLimit {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    explicit LineLimit(unsigned lines_a_second = 1) noexcept : lines_a_second_(lines_a_second) {}

    /// Whether a line may be written now: how many were left out since the last one, or nullopt and this one is left out.
    std::optional<unsigned> admit(TimePoint now) {
        if (now >= second_ends_) {
            second_ends_ = now + std::chrono::seconds(1);
            written_ = 0;
        }
        if (written_ == lines_a_second_) {
            ++left_out_;
            return std::nullopt;
        }
        ++written_;
        return std::exchange(left_out_, 0);
    }

private:
    unsigned lines_a_second_;
    TimePoint second_ends_{};
    unsigned written_ = 0;
    unsigned left_out_ = 0;
};

}  // namespace fairway::log
