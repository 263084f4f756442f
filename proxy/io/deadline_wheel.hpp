// Deadlines of many connections for the price of a comparison each: a hashed wheel with lazy nodes. Moving a deadline
// later (every read does) costs nothing here; the node is looked at when its old slot comes round, and moved on.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace fairway::proxy::io {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
inline constexpr TimePoint kNever = TimePoint::max();

/// Member of a circular list; leaves it when destroyed.
struct ListHook {
    ListHook* next = this;
    ListHook* previous = this;

    ListHook() = default;
    ListHook(const ListHook&) = delete;
    ListHook& operator=(const ListHook&) = delete;
    ~ListHook() { unlink(); }

    bool linked() const noexcept { return next != this; }
    void unlink() noexcept {
        next->previous = previous;
        previous->next = next;
        next = previous = this;
    }
    void push_back(ListHook& node) noexcept {
        node.unlink();
        node.previous = previous;
        node.next = this;
        previous->next = &node;
        previous = &node;
    }
    /// Moves all members of `other` here; this list must be empty.
    void take_all(ListHook& other) noexcept {
        if (!other.linked()) return;
        next = other.next;
        previous = other.previous;
        next->previous = previous->next = this;
        other.next = other.previous = &other;
    }
};

class DeadlineNode : private ListHook {
public:
    virtual ~DeadlineNode() = default;

protected:
    /// Called when `now` has reached the time the node was armed for, or a little after.
    /// @return when to look again, or kNever. Only with kNever may the node be gone, or have been armed anew.
    virtual TimePoint on_deadline(TimePoint now) = 0;

private:
    friend class DeadlineWheel;
    TimePoint looked_at_ = kNever;  // when the wheel comes to it
};

class DeadlineWheel {
public:
    static constexpr std::chrono::milliseconds kTick{50};  ///< a deadline fires at most this late

    explicit DeadlineWheel(TimePoint now) : start_(now) {}

    /// Makes sure that `node` is looked at by `when`.
    void arm(DeadlineNode& node, TimePoint when) noexcept {
        if (node.looked_at_ > when || !node.linked()) insert(node, when);
    }
    /// Looks at everything that is due.
    void advance(TimePoint now);
    /// How long from `now` nothing will be due, at most `limit`.
    std::chrono::milliseconds idle_time(TimePoint now, std::chrono::milliseconds limit) const noexcept;

private:
    static constexpr std::uint64_t kSlots = 1024;  // 51.2 s; what lies farther is looked at once in between

    std::uint64_t tick_of(TimePoint when) const noexcept {
        return when <= start_ ? 0 : static_cast<std::uint64_t>((when - start_) / kTick) + 1;
    }
    void insert(DeadlineNode& node, TimePoint when) noexcept;

    TimePoint start_;
    std::uint64_t current_ = 0;  // last tick that was looked at
    std::array<ListHook, kSlots> slots_;
};

}  // namespace fairway::proxy::io
