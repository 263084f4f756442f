#include "proxy/listener.hpp"

#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "base/log.hpp"
#include "proxy/io/bind_socket.hpp"
#include "proxy/io/reactor.hpp"
#include "proxy/io/socket_address.hpp"

namespace fairway::proxy {

namespace {

constexpr std::chrono::milliseconds kRetryAfterShortage{200};

[[noreturn]] void cannot_listen(const SocketAddress& address, int error) {
    const std::string advice = io::bind_advice(error);
    throw std::runtime_error(fmt::format("cannot listen on {}: {}{}{}", address.to_string(), std::strerror(error),
                                         advice.empty() ? "" : "; ", advice));
}

std::uint16_t port_of(int fd) {
    io::RawSocketAddress raw;
    getsockname(fd, raw.get(), raw.size_out());
    return raw.value().port;
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
        if (const int error = io::probe_port({ip, port}, io::SocketType::tcp)) cannot_listen({ip, port}, error);
        for (auto& sockets : by_worker) {
            auto bound = io::bind_socket({ip, port}, io::SocketType::tcp, io::SharePort::yes);
            if (bound.error == 0 && listen(bound.fd.get(), kListenBacklog) != 0) bound.error = errno;
            if (bound.error != 0) cannot_listen({ip, port}, bound.error);
            if (port == 0) port = port_of(bound.fd.get());  // the first decides for all
            sockets.push_back({bound.fd.release(), {ip, port}, tls});
        }
    }
    return by_worker;
}

SpareDescriptor::SpareDescriptor() { reopen(); }

void SpareDescriptor::reopen() {
    if (!fd_) fd_ = io::Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC));
}

Listener::Listener(io::Reactor& reactor, const ListeningSocket& socket, Handler handler, std::uint64_t& dropped,
                   SpareDescriptor& spare)
    : socket_(socket),
      source_(reactor, socket.fd, false),
      handler_(std::move(handler)),
      dropped_(dropped),
      spare_(spare) {
    source_.wait_readable(*this, std::chrono::hours(24));
}

// A classic BPF program sees a segment from its TCP header on; byte 13 holds the flags. SYN without ACK begins a handshake.
void Listener::ignore_new_handshakes() noexcept {
    constexpr std::uint32_t kFlags = 13;
    constexpr std::uint32_t kSyn = 0x02;
    constexpr std::uint32_t kSynAndAck = 0x12;
    std::array<sock_filter, 5> program{{
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kFlags),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, kSynAndAck),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kSyn, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
    }};
    const sock_fprog filter{program.size(), program.data()};
    setsockopt(source_.fd(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

Listener::~Listener() {
    // What the kernel has queued for this socket would be reset with it.
    for (;;) {
        io::RawSocketAddress raw;
        const int fd = accept4(source_.fd(), raw.get(), raw.size_out(), SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) break;
        handler_(fd, socket_, raw.value());
    }
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
    spare_.give_up();
    const int fd = accept4(source_.fd(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd >= 0) {
        close(fd);
        ++dropped_;
    }
    spare_.reopen();
    const auto now = source_.reactor().now();
    if (now >= next_warning_) {
        log::error("accept.refused", {{"reason", "out of file descriptors; raise the limit (ulimit -n)"},
                                      {"port", socket_.address.port}});
        next_warning_ = now + std::chrono::seconds(10);
    }
    if (fd < 0) return wait(kRetryAfterShortage);
    source_.report_again();
    wait(std::chrono::hours(24));
}

void Listener::wait(std::chrono::milliseconds at_most) { source_.wait_readable(*this, at_most); }

}  // namespace fairway::proxy
