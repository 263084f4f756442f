// A thin epoll: which sockets are ready, with the owner each was registered for.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <span>

#include "net/socket.hpp"

namespace fairway::bench {

class Poller {
public:
    /// Waiting without an end.
    static constexpr std::chrono::nanoseconds kForever{-1};

    Poller();

    /// Reports `events` (EPOLLIN ...) of fd as data.ptr == owner. Level-triggered unless EPOLLET is among them.
    /// A closed descriptor leaves by itself. Throws std::system_error.
    void watch(int fd, std::uint32_t events, void* owner);

    /// Replaces the events a watched fd reports.
    void change(int fd, std::uint32_t events, void* owner);

    /// What is ready now or within `timeout`. The span is good until the next call.
    std::span<const epoll_event> wait(std::chrono::nanoseconds timeout = kForever);

private:
    Fd epoll_;
    std::array<epoll_event, 256> ready_{};
};

}  // namespace fairway::bench
