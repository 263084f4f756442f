// A worker's end of the service listeners: its sockets, the sessions through them, and their counters.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "proxy/l4/service_sockets.hpp"
#include "proxy/l4/stream_port.hpp"
#include "proxy/l4/stream_session.hpp"
#include "proxy/l4/udp_listener.hpp"
#include "proxy/listener.hpp"
#include "proxy/worker_context.hpp"

namespace fairway::proxy::l4 {

class ServicePorts {
public:
    explicit ServicePorts(WorkerContext& worker) : worker_(worker) {}
    ~ServicePorts() { end_all(); }

    /// Closes and opens sockets, and lets those that stay lead where `listeners` says now.
    void follow(std::shared_ptr<const routing::ServiceListeners> listeners, SocketChanges changes);
    /// Takes what the kernel has queued, then closes every listener. Sessions go on.
    void ignore_new_clients();
    void stop_accepting();
    /// Cuts every session and closes every listener.
    void end_all();
    /// Destroys the sessions that are over; when none of their frames is on the stack.
    void end_sessions();

    std::uint64_t open_sessions() const;
    void collect(std::map<StreamLabels, StreamCounters>& into);

private:
    struct Open {
        SocketLease lease;
        StreamPort port;
        routing::ListenerOwner owner;
        std::unique_ptr<Listener> tcp;  // one of the two
        std::unique_ptr<UdpListener> udp;
    };

    void open(OpenedSocket socket);
    void close(std::unique_ptr<Open> closed);
    void lead(Open& open, const routing::ServiceListener& listener);
    void forget_gone();
    void accept(const Open& through, int fd, const SocketAddress& peer);

    WorkerContext& worker_;
    std::shared_ptr<const routing::ServiceListeners> listeners_;
    std::map<StreamLabels, std::shared_ptr<StreamCounters>> counters_;
    std::map<ListenerKey, std::unique_ptr<Open>> open_;
    std::vector<std::unique_ptr<Open>> closing_;  // UDP with sessions that await answers
    io::ListHook sessions_;
    io::ListHook ended_;
};

}  // namespace fairway::proxy::l4
