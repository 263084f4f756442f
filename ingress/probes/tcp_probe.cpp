#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "ingress/probes/connect.hpp"

namespace fairway::ingress {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

std::string connect_failed(const SocketAddress& target, int error) {
    return fmt::format("connect to {}: {}", target.to_string(), std::generic_category().message(error));
}

socklen_t to_kernel(const SocketAddress& address, sockaddr_storage& out) {
    if (address.ip.v6) {
        auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(address.port);
        std::memcpy(&v6.sin6_addr, address.ip.bytes.data(), sizeof v6.sin6_addr);
        return sizeof v6;
    }
    auto& v4 = reinterpret_cast<sockaddr_in&>(out);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port);
    std::memcpy(&v4.sin_addr, address.ip.bytes.data(), sizeof v4.sin_addr);
    return sizeof v4;
}

/// A descriptor that resets its connection when it is closed (SO_LINGER with 0 seconds).
class Connection {
public:
    explicit Connection(int family) : fd_(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP)) {
        const linger reset{1, 0};
        if (fd_ >= 0) ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    }
    ~Connection() {
        if (fd_ >= 0) ::close(fd_);
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    int fd() const noexcept { return fd_; }
    int release() noexcept { return std::exchange(fd_, -1); }

private:
    int fd_;
};

asio::awaitable<ProbeOutcome> wait_for_connection(std::shared_ptr<AttemptProgress> progress, tcp::socket socket,
                                                  SocketAddress target) {
    progress->doing = fmt::format("connecting to {}", target.to_string());
    co_await socket.async_wait(tcp::socket::wait_write, asio::use_awaitable);
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_ERROR, &error, &size);
    co_return error == 0 ? probe_success() : probe_failure(connect_failed(target, error));
}

asio::awaitable<ProbeOutcome> connect_by_name(std::shared_ptr<AttemptProgress> progress, std::string host,
                                              std::uint16_t port) {
    const auto socket = co_await connect_to(std::move(progress), std::move(host), port);
    co_return probe_success();
}

}  // namespace

Started start_tcp_probe(asio::io_context& io, const SocketAddress& target, TellOutcome tell) {
    Connection connection(target.ip.v6 ? AF_INET6 : AF_INET);
    if (connection.fd() < 0)
        return ProbeOutcome{ProbeResult::unknown, fmt::format("no socket: {}", std::generic_category().message(errno))};
    sockaddr_storage address{};
    const auto size = to_kernel(target, address);
    const auto connect = [&] {
        const bool connected = ::connect(connection.fd(), reinterpret_cast<const sockaddr*>(&address), size) == 0;
        return connected || errno == EISCONN ? 0 : errno;
    };
    auto error = connect();
    // Over loopback the handshake is over when the first call returns; the second one learns so.
    if (error == EINPROGRESS) error = connect();
    if (error == 0) return probe_success();
    if (error != EALREADY) return probe_failure(connect_failed(target, error));

    tcp::socket socket(io, target.ip.v6 ? tcp::v6() : tcp::v4(), connection.release());
    return CoroutineAttempt::start(io, std::move(tell), [&](std::shared_ptr<AttemptProgress> progress) {
        return wait_for_connection(std::move(progress), std::move(socket), target);
    });
}

Started start_tcp_probe(asio::io_context& io, std::string host, std::uint16_t port, TellOutcome tell) {
    return CoroutineAttempt::start(io, std::move(tell), [&](std::shared_ptr<AttemptProgress> progress) {
        return connect_by_name(std::move(progress), std::move(host), port);
    });
}

}  // namespace fairway::ingress
