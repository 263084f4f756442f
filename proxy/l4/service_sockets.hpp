// The sockets of service listeners, as the control thread sees them: opened and closed as snapshots come, one
// SO_REUSEPORT socket for each worker. What cannot be opened is a problem of its owner and is tried again.
#pragma once

#include <compare>
#include <map>
#include <memory>
#include <vector>

#include "proxy/io/descriptor.hpp"
#include "routing/service_listener.hpp"

namespace fairway::proxy::l4 {

struct ListenerKey {
    routing::Transport transport = routing::Transport::tcp;
    SocketAddress address;

    auto operator<=>(const ListenerKey&) const = default;
};

/// Lives as long as a worker has a socket of the listener open.
using SocketLease = std::shared_ptr<const ListenerKey>;

struct OpenedSocket {
    SocketLease lease;
    io::Descriptor fd;  ///< bound; listening if TCP
};

/// What one worker has to open and close.
struct SocketChanges {
    std::vector<OpenedSocket> opened;
    std::vector<ListenerKey> closed;
};

class ServiceSockets {
public:
    /// @param own  addresses that the HTTP and HTTPS listeners have.
    ServiceSockets(unsigned workers, std::vector<SocketAddress> own) : workers_(workers), own_(std::move(own)) {}

    /// Compares with what is open. Called again with the same listeners, it tries those that failed.
    /// @return by worker.
    std::vector<SocketChanges> follow(const routing::ServiceListeners& wanted);

    /// Of the last follow(), in the order of its listeners.
    const std::vector<routing::ListenerProblem>& problems() const noexcept { return problems_; }

private:
    void close_gone(const routing::ServiceListeners& wanted, std::vector<SocketChanges>& changes);
    void open_listener(const routing::ServiceListener& listener, std::vector<SocketChanges>& changes);
    bool is_own(const ListenerKey& key) const;
    bool overlaps_ours(const ListenerKey& key) const;

    unsigned workers_;
    std::vector<SocketAddress> own_;
    std::map<ListenerKey, SocketLease> open_;
    std::vector<std::weak_ptr<const ListenerKey>> closing_;  // until the last worker has closed its socket
    std::vector<routing::ListenerProblem> problems_;
};

}  // namespace fairway::proxy::l4
