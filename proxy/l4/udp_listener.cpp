#include "proxy/l4/udp_listener.hpp"

#include <utility>

#include "proxy/l4/udp_session.hpp"

namespace fairway::proxy::l4 {

UdpListener::UdpListener(WorkerContext& worker, int fd, const StreamPort& port)
    : worker_(worker), port_(port), source_(worker.reactor, fd, true) {
    want_local_addresses(fd, port.address.ip.v6);
    source_.wait_readable(*this, std::chrono::hours(24));
}

UdpListener::~UdpListener() = default;

void UdpListener::wake(io::Wake) {
    if (take_datagrams(kMaxPerTurn)) source_.report_again();
    source_.wait_readable(*this, std::chrono::hours(24));
}

bool UdpListener::take_datagrams(int at_most) {
    io::Buffer buffer = worker_.buffers.large();
    static_assert(io::BufferPool::kLarge >= kMaxDatagram);
    for (int count = 0; count < at_most; ++count) {
        const auto datagram = receive_datagram(source_.fd(), buffer.span());
        if (!datagram) return false;
        forward(datagram->path, buffer.span().first(datagram->bytes));
    }
    return true;
}

void UdpListener::forward(const DatagramPath& path, std::span<const char> bytes) {
    port_.counters->received_bytes += bytes.size();
    UdpSession* const session = session_for(path);
    if (session == nullptr) {
        ++port_.counters->dropped_datagrams;
        return;
    }
    session->unlink();
    by_age_.push_back(*session);
    if (!session->forward(bytes)) sessions_.erase(path);
}

// The client's session, if its endpoint is still one of the backend's; else a new one. Datagrams are no connection that
// could be carried on with an endpoint that is gone. Null: there is nowhere to send to.
UdpSession* UdpListener::session_for(const DatagramPath& path) {
    const auto found = sessions_.find(path);
    if (found == sessions_.end()) return begin_session(path);
    if (found->second->is_current(port_)) return found->second.get();
    sessions_.erase(found);
    return begin_session(path);
}

UdpSession* UdpListener::begin_session(const DatagramPath& path) {
    while (sessions_.size() >= kMaxSessions) end_oldest();
    auto session = std::make_unique<UdpSession>(*this, path, port_);
    if (!session->connect()) return nullptr;
    return sessions_.emplace(path, std::move(session)).first->second.get();
}

void UdpListener::end_oldest() {
    const DatagramPath oldest = static_cast<UdpSession&>(*by_age_.next).path();
    sessions_.erase(oldest);
}

void UdpListener::close() {
    constexpr int kQueued = 4096;  // more than a receive buffer of the usual size holds
    take_datagrams(kQueued);
    source_.stop_reading();
    for (auto session = sessions_.begin(); session != sessions_.end();)
        session = session->second->finish_soon(kClosingGrace) ? sessions_.erase(session) : std::next(session);
}

}  // namespace fairway::proxy::l4
