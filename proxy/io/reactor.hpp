// Reactor: the event loop of one worker. epoll, edge-triggered; one registration for the life of a descriptor, no system
// call to start or stop waiting. Everything but post() is for the worker's own thread.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <functional>
#include <mutex>
#include <vector>

#include "proxy/io/deadline_wheel.hpp"
#include "proxy/io/source.hpp"

namespace fairway::proxy::io {

class Reactor {
public:
    Reactor();
    ~Reactor();
    Reactor(const Reactor&) = delete;
    Reactor& operator=(const Reactor&) = delete;

    /// Runs until stop(). `after_turn` is called once the events of a turn are handled; what it returns bounds the sleep.
    void run(const std::function<std::chrono::milliseconds(TimePoint now)>& after_turn);
    void stop() noexcept { stopped_ = true; }

    /// Runs `job` on the worker's thread. From any thread; takes a lock, so not for the request path.
    void post(std::function<void()> job);

    /// Time at the start of this turn: exact enough for deadlines, free to ask.
    TimePoint now() const noexcept { return now_; }
    /// Reads the clock: for measuring.
    static TimePoint exact_now() noexcept { return Clock::now(); }

    void arm(DeadlineNode& node, TimePoint when) noexcept { wheel_.arm(node, when); }

private:
    friend class Source;
    static constexpr int kMaxEvents = 256;
    static constexpr std::chrono::milliseconds kLongestSleep{1000};

    void add(Source& source, std::uint32_t events);
    void modify(Source& source, std::uint32_t events) noexcept;
    void forget(const Source& source) noexcept;
    void run_posted();

    int epoll_fd_ = -1;
    int wake_fd_ = -1;
    bool stopped_ = false;
    TimePoint now_;
    DeadlineWheel wheel_;
    std::array<epoll_event, kMaxEvents> events_{};
    int event_count_ = 0;  // of the turn being handled
    int event_index_ = 0;
    std::vector<Source*> waking_;  // see Source::Waking

    std::mutex posted_mutex_;
    std::vector<std::function<void()>> posted_;
};

}  // namespace fairway::proxy::io
