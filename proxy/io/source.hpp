// Source: a file descriptor in a reactor, with what is known of its readiness and who waits for it.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <utility>

#include "base/assert.hpp"
#include "proxy/io/deadline_wheel.hpp"

namespace fairway::proxy::io {

class Reactor;
class Source;

/// Why a wait ended.
enum class Wake : std::uint8_t { ready, timeout, cancelled, hangup };

/// Somebody who waits; woken at most once for each registration.
class Waiter {
public:
    virtual void wake(Wake reason) = 0;

protected:
    ~Waiter() = default;
};

/// Remembers that a peer went away, and tells the one who watches for it.
class Hangup {
public:
    bool happened() const noexcept { return happened_; }
    void watch(Waiter& waiter) noexcept { watcher_ = &waiter; }
    void stop_watching() noexcept { watcher_ = nullptr; }
    /// The watcher may end the owner of this object.
    void fire() {
        happened_ = true;
        wake(Wake::hangup);
    }
    void wake(Wake reason) {
        if (watcher_ != nullptr) std::exchange(watcher_, nullptr)->wake(reason);
    }

private:
    friend class Source;
    bool happened_ = false;
    Waiter* watcher_ = nullptr;
};

/// Edge-triggered: readiness is remembered here and cleared by whoever finds the descriptor drained, so that a read or
/// write is only tried when it can succeed. At most one reader, one writer and one hang-up watcher wait at a time.
class Source final : public DeadlineNode {
public:
    /// Takes ownership of `fd` (non-blocking) and registers it; closes it at the end.
    Source(Reactor& reactor, int fd, bool writable);
    ~Source();
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;

    int fd() const noexcept { return fd_; }
    bool readable() const noexcept { return readable_; }
    bool writable() const noexcept { return writable_; }
    /// The kernel has reported an error, such as a reset, whether or not somebody has read it since.
    bool broken() const noexcept { return broken_; }
    /// Happened: the peer ended its side, or the connection is broken; there may still be bytes to read.
    Hangup& hangup() noexcept { return hangup_; }
    Reactor& reactor() const noexcept { return reactor_; }

    /// After a read that did not fill its buffer, or said EAGAIN. Stays readable when the peer has hung up: the end of
    /// file is still to be read.
    void mark_drained() noexcept { readable_ = hangup_.happened(); }
    /// After a write that was cut short, or said EAGAIN.
    void mark_full() noexcept { writable_ = false; }

    /// Asks the kernel to report anew in the next turn what is ready now: for a reader that stops before it has drained
    /// the descriptor, to let others have their turn.
    void report_again();

    void wait_readable(Waiter& waiter, std::chrono::milliseconds timeout);
    /// For a reader that was woken for less than it needs, such as part of a TLS record: its time goes on running.
    void wait_on_readable(Waiter& waiter);
    void wait_writable(Waiter& waiter, std::chrono::milliseconds timeout);
    void stop_reading() noexcept { reader_ = nullptr; }
    void stop_writing() noexcept { writer_ = nullptr; }
    /// Wakes whoever waits with `cancelled`.
    void cancel();
    void cancel_reader();
    void cancel_writer();

private:
    friend class Reactor;
    class Waking;
    void on_events(std::uint32_t events);
    TimePoint on_deadline(TimePoint now) override;

    Reactor& reactor_;
    int fd_;
    bool readable_ = false;
    bool writable_;
    bool broken_ = false;
    Hangup hangup_;
    Waiter* reader_ = nullptr;
    Waiter* writer_ = nullptr;
    TimePoint read_deadline_{};
    TimePoint write_deadline_{};
};

/// `const Wake why = co_await readable(source, timeout);`
struct WaitAwaiter final : Waiter {
    enum class For : std::uint8_t { read, write };
    WaitAwaiter(Source& awaited, For direction, std::chrono::milliseconds limit)
        : source(awaited), what(direction), timeout(limit) {}

    bool await_ready() const noexcept { return what == For::read ? source.readable() : source.writable(); }
    void await_suspend(std::coroutine_handle<> handle) {
        awaiting = handle;
        what == For::read ? source.wait_readable(*this, timeout) : source.wait_writable(*this, timeout);
    }
    Wake await_resume() const noexcept { return reason; }
    void wake(Wake why) override {
        reason = why;
        awaiting.resume();
    }

    Source& source;
    For what;
    std::chrono::milliseconds timeout;
    Wake reason = Wake::ready;
    std::coroutine_handle<> awaiting;
};

inline WaitAwaiter readable(Source& source, std::chrono::milliseconds timeout) {
    return {source, WaitAwaiter::For::read, timeout};
}
inline WaitAwaiter writable(Source& source, std::chrono::milliseconds timeout) {
    return {source, WaitAwaiter::For::write, timeout};
}

}  // namespace fairway::proxy::io
