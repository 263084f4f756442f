#include "proxy/io/task.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace fairway::proxy::io {
namespace {

/// Suspends whoever awaits it until resume().
struct Gate {
    std::coroutine_handle<> waiting;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) noexcept { waiting = handle; }
    void await_resume() const noexcept {}
    void resume() { std::exchange(waiting, nullptr).resume(); }
};

Task<int> at_once(int value) { co_return value; }

Task<int> after(Gate& gate, int value) {
    co_await gate;
    co_return value;
}

Task<void> add(Task<int> one, Task<int> other, int& sum) {
    const int first = co_await one;
    const int second = co_await other;
    sum = first + second;
}

TEST(Task, StartsOnlyWhenAwaitedOrStarted) {
    int sum = 0;
    auto task = add(at_once(1), at_once(2), sum);
    EXPECT_FALSE(task.done());
    EXPECT_EQ(sum, 0);
    task.start();
    EXPECT_TRUE(task.done());
    EXPECT_EQ(sum, 3);
}

TEST(Task, ResumesItsAwaiterWhenItEnds) {
    Gate first, second;
    int sum = 0;
    auto task = add(after(first, 1), after(second, 2), sum);
    task.start();
    first.resume();
    EXPECT_FALSE(task.done());
    second.resume();
    EXPECT_TRUE(task.done());
    EXPECT_EQ(sum, 3);
}

Task<std::unique_ptr<std::string>> made() { co_return std::make_unique<std::string>("value"); }

Task<void> take(std::string& into) {
    auto value = co_await made();
    into = *value;
}

TEST(Task, HandsOverValuesThatCannotBeCopied) {
    std::string got;
    auto task = take(got);
    task.start();
    EXPECT_EQ(got, "value");
}

Task<int> thrower(Gate* gate) {
    if (gate != nullptr) co_await *gate;
    throw std::runtime_error("from below");
}

Task<void> catcher(Gate* gate, std::string& caught) {
    try {
        co_await thrower(gate);
    } catch (const std::runtime_error& error) {
        caught = error.what();
    }
}

TEST(Task, ExceptionsReachTheAwaiter) {
    std::string caught;
    auto at_once = catcher(nullptr, caught);
    at_once.start();
    EXPECT_EQ(caught, "from below");
    Gate gate;
    caught.clear();
    auto later = catcher(&gate, caught);
    later.start();
    gate.resume();
    EXPECT_EQ(caught, "from below");
}

Task<void> loop(int rounds, int& done) {
    for (; done < rounds; ++done) static_cast<void>(co_await at_once(done));
}

TEST(Task, LoopOverTasksThatEndAtOnceNeedsNoStack) {
    int done = 0;
    auto task = loop(1'000'000, done);
    task.start();
    EXPECT_EQ(done, 1'000'000);
}

struct Owned {
    explicit Owned(int& count) : alive(count) { ++alive; }
    ~Owned() { --alive; }
    int& alive;
};

Task<void> holder(Gate& gate, int& alive) {
    const Owned outer(alive);
    const auto inner = [](Gate& wait, int& count) -> Task<void> {
        const Owned held(count);
        co_await wait;
    };
    co_await inner(gate, alive);
}

Task<int> ready(int value) { return value; }
Task<void> ready() { return {}; }

Task<void> add_ready(int& sum) {
    co_await ready();
    sum += co_await ready(2) + co_await ready(3);
}

TEST(Task, NeedsNoFrameToBeOver) {
    EXPECT_TRUE(ready(1).done());
    EXPECT_TRUE(ready().done());
    int sum = 0;
    auto task = add_ready(sum);
    task.start();
    EXPECT_EQ(sum, 5);
}

TEST(Task, DestroyingAWaitingTaskEndsEverythingInIt) {
    int alive = 0;
    Gate gate;
    {
        auto task = holder(gate, alive);
        task.start();
        EXPECT_EQ(alive, 2);
    }
    EXPECT_EQ(alive, 0);
}

Task<void> joiner(Task<int>& started, std::vector<int>& order) { order.push_back(co_await started.join()); }

TEST(Task, JoinWaitsForATaskThatWasStarted) {
    std::vector<int> order;
    Gate gate;
    auto started = after(gate, 7);
    started.start();
    auto waiting = joiner(started, order);
    waiting.start();
    EXPECT_TRUE(order.empty());
    gate.resume();
    EXPECT_EQ(order, std::vector{7});
    auto again = joiner(started, order);
    again.start();
    EXPECT_TRUE(again.done()) << "it is over already";
}

TEST(Task, MovesWithItsFrame) {
    Gate gate;
    auto task = after(gate, 1);
    task.start();
    Task<int> moved = std::move(task);
    EXPECT_FALSE(static_cast<bool>(task));  // NOLINT: what is left of it is specified
    gate.resume();
    EXPECT_TRUE(moved.done());
    moved = Task<int>{};
    EXPECT_TRUE(moved.done());
}

}  // namespace
}  // namespace fairway::proxy::io
