#include "proxy/access_log/syslog_socket.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <memory>

#include "proxy/access_log/format_text.hpp"

namespace fairway::proxy {

namespace {

// nginx's defaults: facility local7, severity info, tag nginx, which collectors of ingress-nginx's logs look for.
constexpr int kPriority = 23 * 8 + 6;
constexpr std::string_view kTag = "nginx";

struct FreeAddresses {
    void operator()(addrinfo* list) const noexcept { freeaddrinfo(list); }
};

}  // namespace

Result<SyslogSocket> SyslogSocket::open(std::string_view server) {
    const auto colon = server.rfind(':');
    std::string host(server.substr(0, colon));
    const std::string port(server.substr(colon + 1));
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    addrinfo hints{};
    hints.ai_socktype = SOCK_DGRAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* found = nullptr;
    if (const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0)
        return Error{
            fmt::format("the syslog server \"{}\" cannot be found: {}; check syslog-host", host, gai_strerror(error))};
    const std::unique_ptr<addrinfo, FreeAddresses> addresses(found);
    for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
        io::Descriptor socket(::socket(one->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (socket && connect(socket.get(), one->ai_addr, one->ai_addrlen) == 0)
            return SyslogSocket(std::move(socket), host_name());
    }
    return Error{fmt::format("the syslog server {} cannot be reached: {}", server, std::strerror(errno))};
}

bool SyslogSocket::send(std::string_view line) {
    std::tm now{};
    const std::time_t seconds = std::time(nullptr);
    localtime_r(&seconds, &now);
    const std::string head = fmt::format("<{}>{:%b %e %H:%M:%S} {} {}: ", kPriority, now, host_, kTag);
    iovec pieces[2] = {{const_cast<char*>(head.data()), head.size()}, {const_cast<char*>(line.data()), line.size()}};
    msghdr message{};
    message.msg_iov = pieces;
    message.msg_iovlen = 2;
    for (int tries = 0; tries < 2; ++tries) {
        if (sendmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return true;
        // The answer to a datagram before: it says nothing about this one.
        if (errno != ECONNREFUSED && errno != EINTR) return false;
    }
    return false;
}

}  // namespace fairway::proxy
