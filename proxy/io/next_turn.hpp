// Lets others have their turn, for a reader that has not drained its descriptor.
#pragma once

#include <chrono>
#include <coroutine>

#include "proxy/io/source.hpp"

namespace fairway::proxy::io {

/// `NextTurn turn(source, timeout); co_await turn;` Goes on in the next turn of the event loop if the descriptor is
/// readable then, else when it is, or after `timeout`.
struct NextTurn final : Waiter {
    NextTurn(Source& awaited, std::chrono::milliseconds limit) : source(awaited), timeout(limit) {}

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) {
        awaiting = handle;
        source.report_again();
        source.wait_readable(*this, timeout);
    }
    void await_resume() const noexcept {}
    void wake(Wake) override { awaiting.resume(); }

    Source& source;
    std::chrono::milliseconds timeout;
    std::coroutine_handle<> awaiting;
};

}  // namespace fairway::proxy::io
