#include "app/drain.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace fairway::app {
namespace {

using namespace std::chrono_literals;

/// Notes what a drain does, and lets connections end after some looks at them.
struct Recorder {
    std::vector<std::string> done;
    std::uint64_t open = 0;
    int looks_until_closed = 0;

    DrainSteps steps() {
        return {[this] { done.push_back("start"); }, [this] { done.push_back("ignore new clients"); },
                [this] { done.push_back("stop accepting"); }, [this] { return looks_until_closed-- > 0 ? open : 0; },
                [this](bool complete) { done.push_back(complete ? "complete" : "cut"); }};
    }
};

std::vector<std::string> drain(Recorder& recorder, DrainLimits limits) {
    boost::asio::io_context io;
    Drain drain(io, recorder.steps());
    drain.start(limits);
    io.run();
    return recorder.done;
}

TEST(Drain, EndsAsSoonAsNothingIsOpen) {
    Recorder recorder;
    EXPECT_EQ(drain(recorder, {0ms, 1h}),
              (std::vector<std::string>{"start", "ignore new clients", "stop accepting", "complete"}));
}

TEST(Drain, WaitsForOpenConnections) {
    Recorder recorder{{}, 2, 3};
    EXPECT_EQ(drain(recorder, {0ms, 1h}),
              (std::vector<std::string>{"start", "ignore new clients", "stop accepting", "complete"}));
    EXPECT_LT(recorder.looks_until_closed, 0) << "it looked again until they were closed";
}

TEST(Drain, GivesUpAtTheLimit) {
    Recorder recorder{{}, 1, 1'000'000};
    EXPECT_EQ(drain(recorder, {0ms, 50ms}),
              (std::vector<std::string>{"start", "ignore new clients", "stop accepting", "cut"}));
}

TEST(Drain, KeepsAcceptingDuringTheGracePeriod) {
    Recorder recorder;
    boost::asio::io_context io;
    Drain drain(io, recorder.steps());
    EXPECT_FALSE(drain.started());
    const auto before = std::chrono::steady_clock::now();
    drain.start({100ms, 1h});
    drain.start({0ms, 0ms});  // only the first start counts
    EXPECT_TRUE(drain.started());
    EXPECT_EQ(recorder.done, std::vector<std::string>{"start"});
    io.run();
    EXPECT_GE(std::chrono::steady_clock::now() - before, 100ms);
    EXPECT_EQ(recorder.done, (std::vector<std::string>{"start", "ignore new clients", "stop accepting", "complete"}));
}

}  // namespace
}  // namespace fairway::app
