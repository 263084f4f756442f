#include "wire/named_endpoint.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <vector>

namespace fairway::wire {

NamedEndpoint::NamedEndpoint(std::string name, std::chrono::milliseconds delay)
    : name_(std::move(name)),
      delay_(delay),
      listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      stop_(eventfd(0, EFD_CLOEXEC)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(listener_, 1024), 0);
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
}

NamedEndpoint::~NamedEndpoint() {
    const std::uint64_t one = 1;
    EXPECT_EQ(write(stop_, &one, sizeof one), static_cast<ssize_t>(sizeof one));
    thread_.join();
    close(stop_);
    close(listener_);
}

SocketAddress NamedEndpoint::address() const { return {*IpAddress::parse("127.0.0.1"), port_}; }

void NamedEndpoint::run() {
    const std::string answer =
        "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(name_.size()) + "\r\n\r\n" + name_;
    std::map<int, std::string> open;  // bytes received of the request to come
    for (;;) {
        std::vector<pollfd> entries{{stop_, POLLIN, 0}, {listener_, POLLIN, 0}};
        for (const auto& [fd, unused] : open) entries.push_back({fd, POLLIN, 0});
        poll(entries.data(), entries.size(), -1);
        if (entries[0].revents != 0) break;
        if (entries[1].revents != 0) {
            ++connections_;
            open[accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)];
        }
        for (std::size_t i = 2; i < entries.size(); ++i) {
            if (entries[i].revents == 0) continue;
            const int fd = entries[i].fd;
            char buffer[16384];
            const auto got = recv(fd, buffer, sizeof buffer, 0);
            if (got <= 0) {
                close(fd);
                open.erase(fd);
                continue;
            }
            std::string& received = open[fd].append(buffer, static_cast<std::size_t>(got));
            for (std::size_t end; (end = received.find("\r\n\r\n")) != std::string::npos; received.erase(0, end + 4)) {
                if (delay_.count() > 0) poll(nullptr, 0, static_cast<int>(delay_.count()));
                ++requests_;
                send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
            }
        }
    }
    for (const auto& [fd, unused] : open) close(fd);
}

}  // namespace fairway::wire
