// Threads that verify passwords, which takes longer than a worker may be kept from its other connections.
#pragma once

#include <condition_variable>
#include <coroutine>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "proxy/io/reactor.hpp"

namespace fairway::proxy {

/// Any thread, but the constructor, stop() and the destructor. Threads start with the first job.
class PasswordPool {
public:
    using Job = std::function<bool()>;

    /// Jobs that wait, at most; further ones are refused.
    static constexpr std::size_t kMaxWaiting = 128;

    explicit PasswordPool(unsigned threads) : thread_count_(threads) {}
    ~PasswordPool() { stop(); }
    PasswordPool(const PasswordPool&) = delete;
    PasswordPool& operator=(const PasswordPool&) = delete;

    /// @param done  gets what `job` gave, on the pool's thread; never called when the pool is stopped before.
    /// @return false when too many jobs wait.
    bool submit(Job job, std::function<void(bool)> done);

    /// Jobs that have not begun are dropped. Returns when the threads have ended: whoever is told afterwards may go.
    void stop();

private:
    struct Waiting {
        Job job;
        std::function<void(bool)> done;
    };
    void run();

    const unsigned thread_count_;
    std::mutex mutex_;
    std::condition_variable more_;
    std::deque<Waiting> waiting_;
    std::vector<std::thread> threads_;
    bool stopped_ = false;
};

/// `const std::optional<bool> right = co_await PasswordCheck(pool, reactor, job);` on the worker of `reactor`: what the job
/// gave, or nothing when too many others wait. The coroutine may be destroyed while it waits.
class PasswordCheck {
public:
    PasswordCheck(PasswordPool& pool, io::Reactor& reactor, PasswordPool::Job job)
        : pool_(pool), reactor_(reactor), job_(std::move(job)) {}
    ~PasswordCheck() { state_->awaiting = nullptr; }
    PasswordCheck(const PasswordCheck&) = delete;
    PasswordCheck& operator=(const PasswordCheck&) = delete;

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> handle) {
        state_->awaiting = handle;
        auto done = [state = state_, &reactor = reactor_](bool result) {
            reactor.post([state, result] {
                state->result = result;
                if (state->awaiting) std::exchange(state->awaiting, nullptr).resume();
            });
        };
        return pool_.submit(std::move(job_), std::move(done));
    }
    std::optional<bool> await_resume() const noexcept { return state_->result; }

private:
    // Of the worker's thread alone.
    struct State {
        std::coroutine_handle<> awaiting;
        std::optional<bool> result;
    };

    PasswordPool& pool_;
    io::Reactor& reactor_;
    PasswordPool::Job job_;
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace fairway::proxy
