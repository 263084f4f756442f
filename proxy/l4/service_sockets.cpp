#include "proxy/l4/service_sockets.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "proxy/io/bind_socket.hpp"
#include "proxy/listener.hpp"

namespace fairway::proxy::l4 {

namespace {

using routing::Transport;

ListenerKey key_of(const routing::ServiceListener& listener) { return {listener.transport, listener.address}; }

bool is_wildcard(const IpAddress& ip) { return ip.bytes == IpAddress{}.bytes; }

/// True when a plain bind() to one fails because of a socket on the other.
bool overlap(const SocketAddress& a, const SocketAddress& b) {
    if (a.port != b.port || a.ip.v6 != b.ip.v6) return false;
    return a.ip == b.ip || is_wildcard(a.ip) || is_wildcard(b.ip);
}

}  // namespace

std::vector<SocketChanges> ServiceSockets::follow(const routing::ServiceListeners& wanted) {
    std::vector<SocketChanges> changes(workers_);
    std::erase_if(closing_, [](const auto& lease) { return lease.expired(); });
    close_gone(wanted, changes);
    problems_.clear();
    for (const auto& listener : wanted.listeners)
        if (!open_.contains(key_of(listener))) open_listener(listener, changes);
    return changes;
}

void ServiceSockets::close_gone(const routing::ServiceListeners& wanted, std::vector<SocketChanges>& changes) {
    auto next = wanted.listeners.begin();
    for (auto open = open_.begin(); open != open_.end();) {
        while (next != wanted.listeners.end() && key_of(*next) < open->first) ++next;
        if (next != wanted.listeners.end() && key_of(*next) == open->first) {
            ++open;
            continue;
        }
        for (auto& worker : changes) worker.closed.push_back(open->first);
        closing_.push_back(open->second);
        open = open_.erase(open);
    }
}

void ServiceSockets::open_listener(const routing::ServiceListener& listener, std::vector<SocketChanges>& changes) {
    const ListenerKey key = key_of(listener);
    const auto refuse = [&](std::string reason, std::string advice) {
        problems_.push_back({listener.owner, key.transport, key.address, std::move(reason), std::move(advice)});
    };
    if (is_own(key))
        return refuse("Fairway's own HTTP and HTTPS listeners have this address",
                      "choose another port, or move them (--http-port, --https-port)");
    const auto type = key.transport == Transport::tcp ? io::SocketType::tcp : io::SocketType::udp;
    int error = overlaps_ours(key) ? 0 : io::probe_port(key.address, type);
    std::vector<io::Descriptor> sockets;
    while (error == 0 && sockets.size() < workers_) {
        auto bound = io::bind_socket(key.address, type, io::SharePort::yes);
        error = bound.error;
        if (error == 0 && key.transport == Transport::tcp && listen(bound.fd.get(), kListenBacklog) != 0) error = errno;
        sockets.push_back(std::move(bound.fd));
    }
    // "Every address" is meant as far as there are any: the same for HTTP.
    if (error == EAFNOSUPPORT && is_wildcard(key.address.ip)) return;
    if (error != 0) return refuse(std::strerror(error), io::bind_advice(error));

    const auto lease = std::make_shared<const ListenerKey>(key);
    for (unsigned i = 0; i < workers_; ++i) changes[i].opened.push_back({lease, std::move(sockets[i])});
    open_.emplace(key, lease);
}

bool ServiceSockets::is_own(const ListenerKey& key) const {
    return key.transport == Transport::tcp && std::find(own_.begin(), own_.end(), key.address) != own_.end();
}

// Beside a wildcard of ours, or one that workers are still closing, a plain bind() fails for that reason alone. An address
// beside a wildcard is meant: the kernel prefers the more exact one.
bool ServiceSockets::overlaps_ours(const ListenerKey& key) const {
    const auto meets = [&](const ListenerKey& other) {
        return other.transport == key.transport && overlap(other.address, key.address);
    };
    if (key.transport == Transport::tcp &&
        std::any_of(own_.begin(), own_.end(), [&](const SocketAddress& own) { return overlap(own, key.address); }))
        return true;
    // The address itself is not open, so only a wildcard can overlap.
    IpAddress every;
    every.v6 = key.address.ip.v6;
    if (open_.contains({key.transport, {every, key.address.port}})) return true;
    if (key.address.ip == every &&
        std::any_of(open_.begin(), open_.end(), [&](const auto& open) { return meets(open.first); }))
        return true;
    return std::any_of(closing_.begin(), closing_.end(), [&](const auto& closing) {
        const auto lease = closing.lock();
        return lease && meets(*lease);
    });
}

}  // namespace fairway::proxy::l4
