#include "proxy/upstream/connect.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "proxy/io/socket_address.hpp"
#include "proxy/upstream/tls_failure_log.hpp"

namespace fairway::proxy {

namespace {

using std::chrono::milliseconds;

milliseconds left_until(io::TimePoint deadline, const io::Reactor& reactor) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - reactor.now());
    return std::max(left, milliseconds(0));
}

// Waits for the connect(2) that was begun on the socket of `opened`.
io::Task<Failure> finish_connect(UpstreamConnection& opened, milliseconds timeout) {
    io::Source& source = opened.connection.source();
    const io::Wake why = co_await io::writable(source, timeout);
    if (why == io::Wake::timeout) co_return Failure::connect_timeout;
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(source.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
    co_return why == io::Wake::ready&& error == 0 ? Failure::none : Failure::connect_failed;
}

io::Task<Failure> finish_handshake(UpstreamConnection& opened, io::SslPtr session, milliseconds timeout) {
    const io::IoResult result = co_await opened.connection.handshake(std::move(session), timeout);
    if (result.status == io::IoStatus::ok) co_return Failure::none;
    if (result.status == io::IoStatus::cancelled) co_return Failure::connect_failed;
    const bool late = result.status == io::IoStatus::timeout;
    const auto reason = late ? std::string("the endpoint did not finish the TLS handshake within proxy-connect-timeout")
                             : tls::handshake_problem(*opened.connection.ssl());
    log_tls_failure(opened.key.address, reason, opened.connection.source().reactor().now());
    co_return late ? Failure::connect_timeout : Failure::tls_failed;
}

}  // namespace

io::Task<Connected> connect_upstream(io::Reactor& reactor, UpstreamTarget target, milliseconds timeout) {
    const io::TimePoint deadline = reactor.now() + timeout;
    // Made before anything waits, so that a new configuration may take the place of this one meanwhile.
    io::SslPtr session(target.tls == nullptr ? nullptr : target.tls->new_session(target.alpn));
    const io::RawSocketAddress raw(target.address);
    const int fd = socket(raw.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) co_return Connected{nullptr, Failure::connect_failed};
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const int result = connect(fd, raw.get(), raw.size());
    if (result != 0 && errno != EINPROGRESS) {
        close(fd);
        co_return Connected{nullptr, Failure::connect_failed};
    }
    auto opened = std::make_unique<UpstreamConnection>(reactor, fd, target.key());
    if (result != 0) {
        const Failure failure = co_await finish_connect(*opened, timeout);
        if (failure != Failure::none) co_return Connected{nullptr, failure};
    }
    if (session) {
        const Failure failure = co_await finish_handshake(*opened, std::move(session), left_until(deadline, reactor));
        if (failure != Failure::none) co_return Connected{nullptr, failure};
    }
    co_return Connected{std::move(opened), Failure::none};
}

}  // namespace fairway::proxy
