// A pause that the client's leaving ends.
#pragma once

#include <coroutine>

#include "proxy/io/reactor.hpp"

namespace fairway::proxy::io {

/// `Pause pause(reactor, hangup, until); const Wake why = co_await pause;` Wake::timeout when the time has come (up to a
/// tick of the deadline wheel late), Wake::hangup when the peer is gone.
class Pause final : private DeadlineNode, private Waiter {
public:
    Pause(Reactor& reactor, Hangup& hangup, TimePoint until) : reactor_(reactor), hangup_(hangup), until_(until) {}
    ~Pause() override {
        if (awaiting_) hangup_.stop_watching();
    }

    bool await_ready() noexcept {
        if (hangup_.happened()) reason_ = Wake::hangup;
        return hangup_.happened();
    }
    void await_suspend(std::coroutine_handle<> handle) {
        awaiting_ = handle;
        hangup_.watch(*this);
        reactor_.arm(*this, until_);
    }
    Wake await_resume() const noexcept { return reason_; }

private:
    TimePoint on_deadline(TimePoint now) override {
        if (!awaiting_) return kNever;
        if (now < until_) return until_;
        resume(Wake::timeout);
        return kNever;
    }
    void wake(Wake) override { resume(Wake::hangup); }
    void resume(Wake why) {
        reason_ = why;
        hangup_.stop_watching();
        std::exchange(awaiting_, nullptr).resume();
    }

    Reactor& reactor_;
    Hangup& hangup_;
    TimePoint until_;
    Wake reason_ = Wake::timeout;
    std::coroutine_handle<> awaiting_;
};

}  // namespace fairway::proxy::io
