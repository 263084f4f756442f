#include "wire/service_fixture.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include "proxy/io/bind_socket.hpp"
#include "proxy/io/socket_address.hpp"

namespace fairway::wire {

namespace {

using proxy::io::SocketType;

SocketAddress bound_address(const IpAddress& ip, SocketType type) {
    const auto bound = proxy::io::bind_socket({ip, 0}, type, proxy::io::SharePort::no);
    EXPECT_EQ(bound.error, 0) << std::strerror(bound.error);
    proxy::io::RawSocketAddress raw;
    getsockname(bound.fd.get(), raw.get(), raw.size_out());
    return raw.value();
}

}  // namespace

std::uint16_t free_port() { return bound_address(IpAddress{}, SocketType::tcp).port; }

SocketAddress free_address(routing::Transport transport) {
    static std::uint8_t next = 0;
    const auto pid = static_cast<std::uint32_t>(getpid());
    const std::array<std::uint8_t, 4> bytes{127, static_cast<std::uint8_t>(64 + (pid >> 8) % 128),
                                            static_cast<std::uint8_t>(pid), ++next};
    const auto type = transport == routing::Transport::tcp ? SocketType::tcp : SocketType::udp;
    return bound_address(IpAddress::from_v4(bytes.data()), type);
}

bool refuses(const SocketAddress& address) {
    const proxy::io::RawSocketAddress raw(address);
    const int fd = ::socket(raw.family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool refused = ::connect(fd, raw.get(), raw.size()) != 0;
    ::close(fd);
    return refused;
}

routing::ServiceListener& ServiceListenerTest::add(const std::string& service, std::vector<SocketAddress> endpoints) {
    return config.listener(routing::Transport::tcp, free_address(), service, endpoints);
}

proxy::StreamCounters ServiceListenerTest::counters(const SocketAddress& address) const {
    for (const auto& [labels, counters] : server->metrics().streams)
        if (labels.address == address.to_string()) return counters;
    return {};
}

}  // namespace fairway::wire
