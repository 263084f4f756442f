#include "proxy/l4/datagram.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstring>

#include "proxy/io/socket_address.hpp"

namespace fairway::proxy::l4 {

namespace {

/// Room for the one control message that we ask for.
union Control {
    cmsghdr align;
    char v4[CMSG_SPACE(sizeof(in_pktinfo))];
    char v6[CMSG_SPACE(sizeof(in6_pktinfo))];
};

bool is_link_local(const in6_addr& address) {
    return address.s6_addr[0] == 0xfe && (address.s6_addr[1] & 0xc0) == 0x80;
}

void read_local_address(msghdr& message, DatagramPath& path) {
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_PKTINFO) {
            in_pktinfo info;
            std::memcpy(&info, CMSG_DATA(part), sizeof info);
            path.local = IpAddress::from_v4(&info.ipi_spec_dst);
        } else if (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_PKTINFO) {
            in6_pktinfo info;
            std::memcpy(&info, CMSG_DATA(part), sizeof info);
            path.local = IpAddress::from_v6(&info.ipi6_addr);
            if (is_link_local(info.ipi6_addr)) path.interface = info.ipi6_ifindex;
        }
    }
}

template <class Info>
void add_control(msghdr& message, Control& control, int level, int type, const Info& info) {
    message.msg_control = &control;
    message.msg_controllen = CMSG_SPACE(sizeof info);
    cmsghdr* const part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = level;
    part->cmsg_type = type;
    part->cmsg_len = CMSG_LEN(sizeof info);
    std::memcpy(CMSG_DATA(part), &info, sizeof info);
}

}  // namespace

void want_local_addresses(int fd, bool v6) {
    const int on = 1;
    if (v6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
    else
        setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
}

std::optional<ReceivedDatagram> receive_datagram(int fd, std::span<char> into) {
    io::RawSocketAddress from;
    Control control;
    iovec piece{into.data(), into.size()};
    msghdr message{};
    message.msg_name = from.get();
    message.msg_namelen = *from.size_out();
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    const ssize_t got = recvmsg(fd, &message, 0);
    if (got < 0) return std::nullopt;
    ReceivedDatagram datagram{{from.value(), {}, 0}, static_cast<std::size_t>(got)};
    read_local_address(message, datagram.path);
    return datagram;
}

bool send_datagram(int fd, const DatagramPath& path, std::span<const char> bytes) {
    io::RawSocketAddress to(path.peer);
    Control control{};
    iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
    msghdr message{};
    message.msg_name = to.get();
    message.msg_namelen = to.size();
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    if (path.local.v6) {
        in6_pktinfo info{};
        std::memcpy(&info.ipi6_addr, path.local.bytes.data(), 16);
        info.ipi6_ifindex = path.interface;
        add_control(message, control, IPPROTO_IPV6, IPV6_PKTINFO, info);
    } else {
        in_pktinfo info{};
        std::memcpy(&info.ipi_spec_dst, path.local.bytes.data(), 4);
        add_control(message, control, IPPROTO_IP, IP_PKTINFO, info);
    }
    return sendmsg(fd, &message, MSG_NOSIGNAL) >= 0;
}

}  // namespace fairway::proxy::l4
