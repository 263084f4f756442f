// An endpoint that a connection is never made to.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/wire_fixture.hpp"

namespace fairway::wire {

/// Listens, but with a queue that is full: who connects waits.
class Unreachable {
public:
    Unreachable() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in any{};
        any.sin_family = AF_INET;
        any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(bind(fd_, reinterpret_cast<const sockaddr*>(&any), sizeof any), 0);
        EXPECT_EQ(listen(fd_, 0), 0);
        socklen_t size = sizeof any;
        getsockname(fd_, reinterpret_cast<sockaddr*>(&any), &size);
        port_ = ntohs(any.sin_port);
        filler_ = Socket::connect(port_);
    }
    ~Unreachable() { close(fd_); }
    Unreachable(const Unreachable&) = delete;
    SocketAddress address() const { return {*IpAddress::parse("127.0.0.1"), port_}; }

private:
    int fd_;
    std::uint16_t port_ = 0;
    Socket filler_;
};

}  // namespace fairway::wire
