// What a stream waits for: one who reads what arrives on it, and one who sends. Each with a deadline.
#pragma once

#include <chrono>
#include <coroutine>

#include "proxy/io/reactor.hpp"

namespace fairway::proxy::http2 {

class StreamWaits final : private io::DeadlineNode {
public:
    enum class For : std::uint8_t { input, output };

    explicit StreamWaits(io::Reactor& reactor) : reactor_(reactor) {}
    ~StreamWaits() override {
        if (ended_ != nullptr) *ended_ = true;
    }
    StreamWaits(const StreamWaits&) = delete;
    StreamWaits& operator=(const StreamWaits&) = delete;

    /// Wakes `waiter` at the next wake() for `what`, or with `timeout`. One at a time for each.
    void wait(For what, io::Waiter& waiter, std::chrono::milliseconds timeout);
    bool waits(For what) const noexcept { return slot(what).waiter != nullptr; }
    void stop(For what) noexcept { slot(what).waiter = nullptr; }
    /// The time of who waits for `what` begins anew.
    void extend(For what, std::chrono::milliseconds timeout) noexcept {
        slot(what).deadline = reactor_.now() + timeout;
    }
    /// Who is woken may end the owner of this object.
    void wake(For what, io::Wake reason) {
        if (slot(what).waiter != nullptr) std::exchange(slot(what).waiter, nullptr)->wake(reason);
    }

    class Awaiter;
    /// `const io::Wake why = co_await waits.next(For::input, timeout);`
    Awaiter next(For what, std::chrono::milliseconds timeout) noexcept;

private:
    struct Slot {
        io::Waiter* waiter = nullptr;
        io::TimePoint deadline{};
    };
    Slot& slot(For what) noexcept { return what == For::input ? input_ : output_; }
    const Slot& slot(For what) const noexcept { return what == For::input ? input_ : output_; }
    io::TimePoint on_deadline(io::TimePoint now) override;

    io::Reactor& reactor_;
    Slot input_;
    Slot output_;
    bool* ended_ = nullptr;  // of on_deadline(), while it wakes somebody
};

class StreamWaits::Awaiter final : io::Waiter {
public:
    Awaiter(StreamWaits& waits, For what, std::chrono::milliseconds timeout) noexcept
        : waits_(waits), what_(what), timeout_(timeout) {}

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) {
        awaiting_ = handle;
        waits_.wait(what_, *this, timeout_);
    }
    io::Wake await_resume() const noexcept { return reason_; }

private:
    void wake(io::Wake reason) override {
        reason_ = reason;
        awaiting_.resume();
    }

    StreamWaits& waits_;
    For what_;
    std::chrono::milliseconds timeout_;
    io::Wake reason_ = io::Wake::ready;
    std::coroutine_handle<> awaiting_;
};

inline StreamWaits::Awaiter StreamWaits::next(For what, std::chrono::milliseconds timeout) noexcept {
    return {*this, what, timeout};
}

}  // namespace fairway::proxy::http2
