#include "proxy/upstream/upstream_pool.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "proxy/io/socket_address.hpp"

namespace fairway::proxy {

std::unique_ptr<UpstreamConnection> UpstreamPool::take_idle(const SocketAddress& address) {
    const auto found = idle_.find(address);
    if (found == idle_.end() || found->second.empty()) return nullptr;
    auto idle = std::move(found->second.back());
    found->second.pop_back();
    --idle_count_;
    idle->unlink();
    idle->connection.source().stop_reading();
    return idle;
}

void UpstreamPool::give_back(std::unique_ptr<UpstreamConnection> connection, const routing::UpstreamKeepalive& limits) {
    io::Source& source = connection->connection.source();
    const bool worn_out =
        connection->requests >= limits.requests || reactor_.now() - connection->opened >= limits.max_age;
    if (limits.connections == 0 || worn_out || connection->connection.has_input()) return;
    while (idle_count_ >= limits.connections) drop_oldest();  // more than one when the limit was lowered

    UpstreamConnection& idle = *connection;
    idle.pool = this;
    idle_[idle.address].push_back(std::move(connection));
    by_age_.push_back(idle);
    ++idle_count_;
    source.wait_readable(idle, limits.idle_timeout);
}

void UpstreamConnection::wake(io::Wake) { pool->drop(*this); }

void UpstreamPool::drop(UpstreamConnection& idle) {
    const auto found = idle_.find(idle.address);
    FAIRWAY_ASSERT(found != idle_.end(), "an idle connection is listed under its endpoint");
    auto& list = found->second;
    const auto position =
        std::find_if(list.begin(), list.end(), [&](const auto& entry) { return entry.get() == &idle; });
    FAIRWAY_ASSERT(position != list.end(), "an idle connection is listed once");
    --idle_count_;
    const auto dropped = std::move(*position);
    list.erase(position);
    if (list.empty()) idle_.erase(found);
}

void UpstreamPool::drop_oldest() {
    if (by_age_.linked()) drop(static_cast<UpstreamConnection&>(*by_age_.next));
}

io::Task<Connected> connect_upstream(io::Reactor& reactor, const SocketAddress& address,
                                     std::chrono::milliseconds timeout) {
    const io::RawSocketAddress raw(address);
    const int fd = socket(raw.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) co_return Connected{nullptr, io::IoStatus::error};
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const int result = connect(fd, raw.get(), raw.size());
    if (result != 0 && errno != EINPROGRESS) {
        close(fd);
        co_return Connected{nullptr, io::IoStatus::error};
    }
    auto opened = std::make_unique<UpstreamConnection>(reactor, fd, address);
    if (result != 0) {
        io::Source& source = opened->connection.source();
        const io::Wake why = co_await io::writable(source, timeout);
        if (why == io::Wake::timeout) co_return Connected{nullptr, io::IoStatus::timeout};
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
        if (why != io::Wake::ready || error != 0) co_return Connected{nullptr, io::IoStatus::error};
    }
    co_return Connected{std::move(opened), io::IoStatus::ok};
}

}  // namespace fairway::proxy
