// A UDP socket of a test, client or endpoint, with a deadline on everything.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ip_address.hpp"

namespace fairway::wire {

class UdpPeer {
public:
    /// Bound to a free port of `ip`.
    explicit UdpPeer(const IpAddress& ip = *IpAddress::parse("127.0.0.1"));
    ~UdpPeer();
    UdpPeer(const UdpPeer&) = delete;
    UdpPeer& operator=(const UdpPeer&) = delete;

    struct Datagram {
        std::string text;
        SocketAddress from;
    };

    SocketAddress address() const;
    void send(const SocketAddress& to, std::string_view text);
    /// A failure of the test when none comes.
    Datagram receive();
    /// What is there already.
    std::optional<Datagram> poll();

private:
    int fd_;
};

}  // namespace fairway::wire
