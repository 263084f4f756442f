#include "net/poller.hpp"

#include <cerrno>
#include <system_error>

namespace fairway::bench {

namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

}  // namespace

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_) fail("epoll_create1");
}

void Poller::watch(int fd, std::uint32_t events, void* owner) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = owner;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl(ADD)");
}

void Poller::change(int fd, std::uint32_t events, void* owner) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = owner;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) != 0) fail("epoll_ctl(MOD)");
}

std::span<const epoll_event> Poller::wait(std::chrono::nanoseconds timeout) {
    timespec limit{};
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
    limit.tv_sec = seconds.count();
    limit.tv_nsec = (timeout - seconds).count();
    // epoll_pwait2 rather than epoll_wait: a fixed rate of thousands a second needs waits below a millisecond.
    const int count = ::epoll_pwait2(epoll_.get(), ready_.data(), static_cast<int>(ready_.size()),
                                     timeout < std::chrono::nanoseconds::zero() ? nullptr : &limit, nullptr);
    if (count < 0 && errno != EINTR) fail("epoll_pwait2");
    return {ready_.data(), static_cast<std::size_t>(count < 0 ? 0 : count)};
}

}  // namespace fairway::bench
