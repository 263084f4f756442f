#include "proxy/io/reactor.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace fairway::proxy::io {

Reactor::Reactor() : now_(Clock::now()), wheel_(now_) {
    epoll_fd_ = epoll_create1(EPOLL_CLOEXEC);
    wake_fd_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (epoll_fd_ < 0 || wake_fd_ < 0)
        throw std::system_error(errno, std::generic_category(), "cannot create an event loop");
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = this;  // no Source has this address
    if (epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, wake_fd_, &event) != 0)
        throw std::system_error(errno, std::generic_category(), "cannot register the wake-up descriptor");
}

Reactor::~Reactor() {
    close(wake_fd_);
    close(epoll_fd_);
}

void Reactor::run(const std::function<std::chrono::milliseconds(TimePoint)>& after_turn) {
    while (!stopped_) {
        const auto limit = std::min(after_turn(now_), kLongestSleep);
        const auto sleep = wheel_.idle_time(now_, limit);
        const int count = epoll_wait(epoll_fd_, events_.data(), kMaxEvents, static_cast<int>(sleep.count()));
        now_ = Clock::now();
        event_count_ = std::max(count, 0);
        bool woken = false;
        for (event_index_ = 0; event_index_ < event_count_; ++event_index_) {
            epoll_event& event = events_[static_cast<std::size_t>(event_index_)];
            if (event.data.ptr == this)
                woken = true;
            else if (event.data.ptr != nullptr)
                static_cast<Source*>(event.data.ptr)->on_events(event.events);
        }
        event_count_ = 0;
        wheel_.advance(now_);
        if (woken) run_posted();
    }
}

void Reactor::post(std::function<void()> job) {
    {
        const std::lock_guard lock(posted_mutex_);
        posted_.push_back(std::move(job));
    }
    const std::uint64_t one = 1;
    // Cannot fail but by overflow of the counter, and then the loop is awake already.
    [[maybe_unused]] const auto written = write(wake_fd_, &one, sizeof one);
}

void Reactor::run_posted() {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = read(wake_fd_, &count, sizeof count);
    std::vector<std::function<void()>> jobs;
    {
        const std::lock_guard lock(posted_mutex_);
        jobs.swap(posted_);
    }
    for (const auto& job : jobs) job();
}

void Reactor::add(Source& source, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &source;
    if (epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, source.fd(), &event) != 0)
        throw std::system_error(errno, std::generic_category(), "cannot watch a descriptor");
}

void Reactor::modify(Source& source, std::uint32_t events) noexcept {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &source;
    epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, source.fd(), &event);  // cannot fail: it is registered and needs no memory
}

// A handler of this turn may end sources whose events are still to come.
void Reactor::forget(const Source& source) noexcept {
    for (int i = event_index_ + 1; i < event_count_; ++i)
        if (events_[static_cast<std::size_t>(i)].data.ptr == &source)
            events_[static_cast<std::size_t>(i)].data.ptr = nullptr;
}

}  // namespace fairway::proxy::io
