// Task<T>: a coroutine that its caller awaits, so that a request reads top to bottom. Single-threaded: a task runs and
// ends on the thread of its worker. Why not asio::awaitable: docs/adr/001-own-event-loop.md.
#pragma once

#include <concepts>
#include <coroutine>
#include <exception>
#include <optional>
#include <utility>
#include <variant>

#include "base/assert.hpp"
#include "proxy/io/frame_pool.hpp"

namespace fairway::proxy::io {

template <class T = void>
class Task;

namespace detail {

// A task that ends while its awaiter is still inside await_suspend must not resume it: the awaiter then simply does not
// suspend. So a loop over tasks that end at once needs no stack, also where the compiler makes no tail calls (-O0, ASan).
struct PromiseBase {
    std::coroutine_handle<> continuation;
    std::exception_ptr exception;
    bool starting = false;

    struct FinalAwaiter {
        bool await_ready() noexcept { return false; }
        template <class Promise>
        void await_suspend(std::coroutine_handle<Promise> handle) noexcept {
            PromiseBase& promise = handle.promise();
            if (!promise.starting && promise.continuation) promise.continuation.resume();
        }
        void await_resume() noexcept {}
    };

    std::suspend_always initial_suspend() noexcept { return {}; }
    FinalAwaiter final_suspend() noexcept { return {}; }
    void unhandled_exception() noexcept { exception = std::current_exception(); }

    static void* operator new(std::size_t size) { return allocate_frame(size); }
    static void operator delete(void* frame, std::size_t size) noexcept { free_frame(frame, size); }
};

template <class T>
struct Promise : PromiseBase {
    std::optional<T> value;

    Task<T> get_return_object() noexcept;
    template <class U>
    void return_value(U&& result) {
        value.emplace(std::forward<U>(result));
    }
};

template <>
struct Promise<void> : PromiseBase {
    Task<void> get_return_object() noexcept;
    void return_void() noexcept {}
};

}  // namespace detail

/// Does nothing until it is awaited, or started as the root of a tree of tasks. Destroying an unfinished task destroys
/// its frame and everything it owns: its owner must first make sure that nothing will resume it.
///
/// A function that seldom waits need not be a coroutine: it returns a value, and the task is over without having had a
/// frame, or else the task of a coroutine that waits.
template <class T>
class [[nodiscard]] Task {
public:
    using promise_type = detail::Promise<T>;
    using Handle = std::coroutine_handle<promise_type>;

    /// Of void: a task that is over.
    Task() noexcept = default;
    explicit Task(Handle handle) noexcept : handle_(handle) {}
    /// A task that is over.
    template <std::same_as<T> U>
    Task(U value) noexcept : value_(std::move(value)) {}
    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)), value_(std::move(other.value_)) {}
    Task& operator=(Task&& other) noexcept {
        if (this != &other) {
            reset();
            handle_ = std::exchange(other.handle_, nullptr);
            value_ = std::move(other.value_);
        }
        return *this;
    }
    ~Task() { reset(); }

    bool done() const noexcept { return !handle_ || handle_.done(); }
    explicit operator bool() const noexcept { return static_cast<bool>(handle_); }

    /// Runs a root task until it first waits. Nobody awaits it; its owner looks at done().
    void start() {
        FAIRWAY_ASSERT(handle_ && !handle_.done(), "a root task is started once");
        handle_.resume();
    }

    bool await_ready() const noexcept { return done(); }
    bool await_suspend(std::coroutine_handle<> awaiter) {
        auto& promise = handle_.promise();
        promise.continuation = awaiter;
        promise.starting = true;
        handle_.resume();
        promise.starting = false;
        return !handle_.done();
    }
    T await_resume() {
        if (!handle_) {
            if constexpr (std::is_void_v<T>)
                return;
            else
                return std::move(*value_);
        }
        auto& promise = handle_.promise();
        if (promise.exception) std::rethrow_exception(promise.exception);
        if constexpr (!std::is_void_v<T>) return std::move(*promise.value);
    }

    /// Awaiting a task that was start()ed: waits for its end.
    auto join() noexcept {
        struct Joiner {
            Task& task;
            bool await_ready() const noexcept { return task.done(); }
            void await_suspend(std::coroutine_handle<> awaiter) noexcept {
                task.handle_.promise().continuation = awaiter;
            }
            T await_resume() { return task.await_resume(); }
        };
        return Joiner{*this};
    }

private:
    void reset() noexcept {
        if (handle_) std::exchange(handle_, nullptr).destroy();
    }

    Handle handle_;
    /// Only without a frame.
    [[no_unique_address]] std::conditional_t<std::is_void_v<T>, std::monostate, std::optional<T>> value_;
};

namespace detail {

template <class T>
Task<T> Promise<T>::get_return_object() noexcept {
    return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}

inline Task<void> Promise<void>::get_return_object() noexcept {
    return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

}  // namespace detail

}  // namespace fairway::proxy::io
