#include "wire/udp_peer.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "proxy/io/socket_address.hpp"
#include "wire/wire_fixture.hpp"

namespace fairway::wire {

using proxy::io::RawSocketAddress;

UdpPeer::UdpPeer(const IpAddress& ip) {
    const RawSocketAddress raw(SocketAddress{ip, 0});
    fd_ = socket(raw.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(bind(fd_, raw.get(), raw.size()), 0) << std::strerror(errno);
}

UdpPeer::~UdpPeer() { ::close(fd_); }

SocketAddress UdpPeer::address() const {
    RawSocketAddress raw;
    getsockname(fd_, raw.get(), raw.size_out());
    return raw.value();
}

void UdpPeer::send(const SocketAddress& to, std::string_view text) {
    const RawSocketAddress raw(to);
    EXPECT_EQ(sendto(fd_, text.data(), text.size(), 0, raw.get(), raw.size()), static_cast<ssize_t>(text.size()))
        << std::strerror(errno);
}

UdpPeer::Datagram UdpPeer::receive() {
    pollfd entry{fd_, POLLIN, 0};
    constexpr int kMilliseconds = std::chrono::milliseconds(kPatience).count();
    if (::poll(&entry, 1, kMilliseconds) != 1) {
        ADD_FAILURE() << "no datagram in time";
        return {};
    }
    return poll().value_or(Datagram{});
}

std::optional<UdpPeer::Datagram> UdpPeer::poll() {
    std::string buffer(65536, '\0');
    RawSocketAddress from;
    const auto got = recvfrom(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT, from.get(), from.size_out());
    if (got < 0) return std::nullopt;
    buffer.resize(static_cast<std::size_t>(got));
    return Datagram{std::move(buffer), from.value()};
}

}  // namespace fairway::wire
