#include "proxy/l4/service_ports.hpp"

#include <system_error>

#include "base/log.hpp"

namespace fairway::proxy::l4 {

namespace {

using routing::Transport;

StreamLabels labels_of(const routing::ServiceListener& listener) {
    return {listener.transport == Transport::tcp ? "TCP" : "UDP", listener.address.to_string(), listener.owner.kind,
            listener.owner.object_namespace, listener.owner.object};
}

}  // namespace

void ServicePorts::follow(std::shared_ptr<const routing::ServiceListeners> listeners, SocketChanges changes) {
    for (const ListenerKey& key : changes.closed)
        if (auto node = open_.extract(key)) close(std::move(node.mapped()));
    for (OpenedSocket& socket : changes.opened) open(std::move(socket));
    if (listeners == listeners_ && changes.opened.empty()) return;
    listeners_ = std::move(listeners);
    auto at = open_.begin();
    for (const auto& listener : listeners_->listeners) {  // both are sorted
        const ListenerKey key{listener.transport, listener.address};
        while (at != open_.end() && at->first < key) ++at;
        if (at == open_.end()) break;
        if (at->first == key) lead(*at->second, listener);
    }
    forget_gone();
}

// Among thousands of listeners nearly all lead where they did.
void ServicePorts::lead(Open& open, const routing::ServiceListener& listener) {
    StreamPort& port = open.port;
    port.backend = listener.backend;
    port.policy = listener.policy;
    port.accept_proxy_protocol = listener.accept_proxy_protocol;
    port.send_proxy_protocol = listener.send_proxy_protocol;
    if (port.counters && open.owner == listener.owner) return;
    open.owner = listener.owner;
    auto& counters = counters_[labels_of(listener)];
    if (!counters) counters = std::make_shared<StreamCounters>();
    port.counters = counters;
}

// Nothing is accepted before follow() has filled in the port: that needs a turn of the event loop.
void ServicePorts::open(OpenedSocket socket) {
    auto opened = std::make_unique<Open>();
    Open& through = *opened;
    through.lease = std::move(socket.lease);
    const ListenerKey key = *through.lease;
    through.port.address = key.address;
    // Two sockets would share the datagrams, and one of them does not read.
    std::erase_if(closing_, [&](const auto& closing) { return *closing->lease == key; });
    try {
        if (key.transport == Transport::udp)
            through.udp = std::make_unique<UdpListener>(worker_, socket.fd.release(), through.port);
        else
            through.tcp = std::make_unique<Listener>(
                worker_.reactor, ListeningSocket{socket.fd.release(), key.address, false},
                [this, &through](int fd, const ListeningSocket&, const SocketAddress& peer) {
                    accept(through, fd, peer);
                },
                worker_.counters.dropped, worker_.spare_descriptor);
    } catch (const std::system_error& error) {  // the kernel watches no more descriptors: fs.epoll.max_user_watches
        log::error("listener.failed", {{"address", key.address.to_string()}, {"reason", error.what()}});
        return;
    }
    open_[key] = std::move(opened);
}

void ServicePorts::accept(const Open& through, int fd, const SocketAddress& peer) {
    try {
        auto session = std::make_unique<StreamSession>(worker_, fd, peer, through.port,
                                                       [this](StreamSession& ended) { ended_.push_back(ended); });
        sessions_.push_back(*session);
        session.release()->start();  // owned by the lists from here on
    } catch (const std::system_error& error) {
        ++through.port.counters->failed;
        log::error("accept.failed", {{"reason", error.what()}, {"port", through.port.address.port}});
    }
}

void ServicePorts::close(std::unique_ptr<Open> closed) {
    if (!closed->udp) return;  // the end of a TCP listener takes in what is queued
    closed->udp->close();
    if (closed->udp->has_sessions()) closing_.push_back(std::move(closed));
}

void ServicePorts::ignore_new_clients() {
    for (const auto& [key, open] : open_)
        if (open->tcp) open->tcp->ignore_new_handshakes();
}

void ServicePorts::stop_accepting() {
    for (auto& [key, open] : open_) close(std::move(open));
    open_.clear();
}

void ServicePorts::end_all() {
    open_.clear();
    closing_.clear();
    while (sessions_.linked()) delete &static_cast<StreamSession&>(*sessions_.next);
    end_sessions();
}

void ServicePorts::end_sessions() {
    while (ended_.linked()) delete &static_cast<StreamSession&>(*ended_.next);
    std::erase_if(closing_, [](const auto& closing) { return !closing->udp->has_sessions(); });
}

std::uint64_t ServicePorts::open_sessions() const {
    std::uint64_t open = 0;
    for (const auto& [labels, counters] : counters_) open += counters->active;
    return open;
}

// A listener that is gone is forgotten once its last session is over.
void ServicePorts::forget_gone() {
    std::erase_if(counters_, [](const auto& entry) { return entry.second.use_count() == 1; });
}

void ServicePorts::collect(std::map<StreamLabels, StreamCounters>& into) {
    forget_gone();
    for (const auto& [labels, counters] : counters_) into[labels].merge(*counters);
}

}  // namespace fairway::proxy::l4
