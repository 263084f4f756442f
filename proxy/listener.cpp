#include "proxy/listener.hpp"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "base/log.hpp"
#include "proxy/io/reactor.hpp"
#include "proxy/io/socket_address.hpp"

namespace fairway::proxy {

namespace {

constexpr int kBacklog = 4096;
constexpr std::chrono::milliseconds kRetryAfterShortage{200};

void set_option(int fd, int level, int option, int value) { setsockopt(fd, level, option, &value, sizeof value); }

[[noreturn]] void cannot_listen(const SocketAddress& address, int error) {
    std::string help;
    if (error == EADDRINUSE) help = "; another process uses the port: stop it or choose another port";
    if (error == EACCES)
        help = "; ports below 1024 need root or the capability CAP_NET_BIND_SERVICE: choose a port above";
    throw std::runtime_error(fmt::format("cannot listen on {}: {}{}", address.to_string(), std::strerror(error), help));
}

int bound_socket(const SocketAddress& address, bool reuse_port) {
    const io::RawSocketAddress raw(address);
    const int fd = socket(raw.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) cannot_listen(address, errno);
    set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (reuse_port) set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (address.ip.v6) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (bind(fd, raw.get(), raw.size()) != 0) {
        const int error = errno;
        close(fd);
        cannot_listen(address, error);
    }
    return fd;
}

std::uint16_t port_of(int fd) {
    io::RawSocketAddress raw;
    getsockname(fd, raw.get(), raw.size_out());
    return raw.value().port;
}

// SO_REUSEPORT lets a second process of the same user share the port unseen; a plain bind tells.
void make_sure_nobody_listens(const SocketAddress& address) {
    if (address.port != 0) close(bound_socket(address, false));
}

bool ipv6_available() {
    const int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    io::RawSocketAddress any(SocketAddress{*IpAddress::parse("::1"), 0});
    const bool usable = bind(fd, any.get(), any.size()) == 0;
    close(fd);
    return usable;
}

}  // namespace

std::vector<std::vector<ListeningSocket>> open_listeners(std::span<const IpAddress> addresses, std::uint16_t port,
                                                         bool tls, unsigned workers) {
    std::vector<IpAddress> wanted(addresses.begin(), addresses.end());
    if (wanted.empty()) {
        wanted.push_back(*IpAddress::parse("0.0.0.0"));
        if (ipv6_available()) wanted.push_back(*IpAddress::parse("::"));
    }
    std::vector<std::vector<ListeningSocket>> by_worker(workers);
    for (const IpAddress& ip : wanted) {
        make_sure_nobody_listens({ip, port});
        for (auto& sockets : by_worker) {
            const int fd = bound_socket({ip, port}, true);
            if (listen(fd, kBacklog) != 0) cannot_listen({ip, port}, errno);
            if (port == 0) port = port_of(fd);  // the first decides for all
            sockets.push_back({fd, port, tls});
        }
    }
    return by_worker;
}

Listener::Listener(io::Reactor& reactor, const ListeningSocket& socket, Handler handler, std::uint64_t& dropped)
    : socket_(socket),
      source_(reactor, socket.fd, false),
      handler_(std::move(handler)),
      dropped_(dropped),
      spare_fd_(open("/dev/null", O_RDONLY | O_CLOEXEC)) {
    source_.wait_readable(*this, std::chrono::hours(24));
}

Listener::~Listener() {
    // What the kernel has queued for this socket would be reset with it.
    for (;;) {
        io::RawSocketAddress raw;
        const int fd = accept4(source_.fd(), raw.get(), raw.size_out(), SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) break;
        handler_(fd, socket_, raw.value());
    }
    if (spare_fd_ >= 0) close(spare_fd_);
}

void Listener::wake(io::Wake reason) {
    if (reason == io::Wake::cancelled) return;
    int accepted = 0;
    for (; accepted < kMaxAcceptsPerTurn; ++accepted) {
        io::RawSocketAddress raw;
        const int fd = accept4(source_.fd(), raw.get(), raw.size_out(), SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            const int on = 1;
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            handler_(fd, socket_, raw.value());
            continue;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            source_.mark_drained();
            return wait(std::chrono::hours(24));
        }
        if (errno == EMFILE || errno == ENFILE) return refuse_one();
        if (errno == ENOBUFS || errno == ENOMEM) return wait(kRetryAfterShortage);
        // Everything else concerns the one connection that was about to be accepted: it is gone, the next may be well.
    }
    source_.report_again();  // more are queued: go on in the next turn
    wait(std::chrono::hours(24));
}

// Out of descriptors: a client that is closed at once can go elsewhere, one that waits in the queue cannot.
void Listener::refuse_one() {
    if (spare_fd_ >= 0) close(spare_fd_);
    const int fd = accept4(source_.fd(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd >= 0) {
        close(fd);
        ++dropped_;
    }
    spare_fd_ = open("/dev/null", O_RDONLY | O_CLOEXEC);
    const auto now = source_.reactor().now();
    if (now >= next_warning_) {
        log::error("accept.refused",
                   {{"reason", "out of file descriptors; raise the limit (ulimit -n)"}, {"port", socket_.port}});
        next_warning_ = now + std::chrono::seconds(10);
    }
    if (fd < 0) return wait(kRetryAfterShortage);
    source_.report_again();
    wait(std::chrono::hours(24));
}

void Listener::wait(std::chrono::milliseconds at_most) { source_.wait_readable(*this, at_most); }

}  // namespace fairway::proxy
