#include "proxy/io/deadline_wheel.hpp"

#include <algorithm>

namespace fairway::proxy::io {

void DeadlineWheel::insert(DeadlineNode& node, TimePoint when) noexcept {
    const std::uint64_t tick = std::clamp(tick_of(when), current_ + 1, current_ + kSlots - 1);
    node.looked_at_ = start_ + tick * kTick;
    slots_[tick % kSlots].push_back(node);
}

void DeadlineWheel::advance(TimePoint now) {
    const std::uint64_t target = now <= start_ ? 0 : static_cast<std::uint64_t>((now - start_) / kTick);
    // After a long stop every slot is due once.
    if (target > current_ + kSlots) current_ = target - kSlots;
    while (current_ < target) {
        ++current_;
        ListHook due;
        due.take_all(slots_[current_ % kSlots]);
        while (due.linked()) {
            auto& node = static_cast<DeadlineNode&>(*due.next);
            node.unlink();
            node.looked_at_ = kNever;
            const TimePoint again = node.on_deadline(now);
            if (again != kNever) insert(node, again);
        }
    }
}

std::chrono::milliseconds DeadlineWheel::idle_time(TimePoint now, std::chrono::milliseconds limit) const noexcept {
    const auto ticks = static_cast<std::uint64_t>(limit / kTick);
    for (std::uint64_t ahead = 1; ahead <= ticks; ++ahead) {
        if (!slots_[(current_ + ahead) % kSlots].linked()) continue;
        const TimePoint due = start_ + (current_ + ahead) * kTick;
        return std::clamp(std::chrono::ceil<std::chrono::milliseconds>(due - now), std::chrono::milliseconds(0), limit);
    }
    return limit;
}

}  // namespace fairway::proxy::io
