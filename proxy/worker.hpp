// Worker: one thread, one event loop, with its own listeners, sessions and pools. Others speak to it by post().
#pragma once

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "proxy/downstream_session.hpp"
#include "proxy/l4/service_ports.hpp"
#include "proxy/listener.hpp"
#include "proxy/worker_context.hpp"

namespace fairway::proxy {

class Worker {
public:
    /// @param listeners  its own SO_REUSEPORT sockets, listening.
    Worker(std::uint64_t seed, AccessLog& log, SharedTables& shared, std::vector<ListeningSocket> listeners);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // From the control thread:
    /// @param log_formats  what the access log makes of the snapshot's settings.
    /// @param sockets     what the snapshot's service listeners need opened and closed.
    /// The first snapshot starts the thread.
    void publish(std::shared_ptr<const routing::Snapshot> snapshot, LogFormats log_formats, l4::SocketChanges sockets);
    void start_drain();
    void ignore_new_clients();
    void stop_accepting();
    /// Ends everything at once and joins the thread.
    void stop();
    /// Runs `ask` on the worker's thread and waits for it; at once when the thread does not run.
    void ask(const std::function<void(Worker&)>& ask);

    // On the worker's thread:
    std::uint64_t generation() const noexcept { return context_.snapshot ? context_.snapshot->generation : 0; }
    /// Of clients, and 1 while spans are on their way to a collector.
    std::uint64_t open_connections() const;
    void collect(Metrics& into);

private:
    void start();
    void run();
    void use(std::shared_ptr<const routing::Snapshot> snapshot, LogFormats log_formats, l4::SocketChanges sockets);
    void accept(int fd, const ListeningSocket& listener, const SocketAddress& peer);
    std::chrono::milliseconds after_turn(io::TimePoint now);
    void end_sessions();
    template <class Action>
    void for_each_session(Action act);

    std::uint64_t next_serial_ = 1;
    WorkerContext context_;
    std::vector<ListeningSocket> sockets_;  // until they are started
    std::vector<std::unique_ptr<Listener>> listeners_;
    l4::ServicePorts service_ports_{context_};
    io::ListHook sessions_;
    io::ListHook ended_;
    bool stopped_ = false;  // of the control thread
    std::thread thread_;
};

}  // namespace fairway::proxy
