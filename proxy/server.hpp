// The data plane as its owner sees it: listeners and workers, fed with snapshots.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/ip_address.hpp"
#include "proxy/metrics.hpp"
#include "routing/snapshot.hpp"

namespace fairway::proxy {

struct ServerOptions {
    unsigned workers = 1;
    std::vector<IpAddress> bind_addresses;  ///< empty: every IPv4 and IPv6 address
    std::uint16_t http_port = 80;           ///< 0: any free port, see Server::http_port()
    std::uint16_t https_port = 443;
};

/// Owns the worker threads. All functions are for the control thread.
class Server {
public:
    /// Opens the listeners: throws std::runtime_error with a sentence that names the port when one cannot be bound.
    explicit Server(const ServerOptions& options);
    ~Server();  ///< stop_now()
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    std::uint16_t http_port() const noexcept;
    std::uint16_t https_port() const noexcept;

    /// Opens and closes sockets as Snapshot::services wants, and hands the snapshot to every worker. The first one starts
    /// the workers: nothing is accepted before it.
    void publish(std::shared_ptr<const routing::Snapshot> snapshot);
    /// The service listeners whose addresses could not be taken. Each publish() tries them again.
    const std::vector<routing::ListenerProblem>& listener_problems() const noexcept;
    /// Tries them again without a new snapshot, such as from a timer.
    /// @return true when listener_problems() changed.
    bool retry_listeners();
    /// Blocks until every worker serves `generation` or newer; false when it did not happen within `limit`.
    bool wait_for(std::uint64_t generation, std::chrono::milliseconds limit) const;

    /// Asks every worker for its counters. Blocks for a loop turn of each, under a millisecond as a rule.
    Metrics metrics() const;

    /// First step of a shutdown: responses carry Connection: close; still accepting.
    void start_drain();
    /// Second step: clients that begin to connect are not answered any more; those that have begun are still accepted.
    void ignore_new_clients();
    /// Third step, some round trips later: accepts what the kernel has queued, then closes the listeners.
    void stop_accepting();
    /// Connections that are still open, and workers that still send spans to a collector. 0: drained.
    std::uint64_t open_connections() const;
    /// Last step: cuts what is left, ends and joins the workers. Idempotent.
    void stop_now();

    /// Asks the access log to open its file anew (after a rotation).
    void reopen_access_log();

private:
    class State;
    std::unique_ptr<State> state_;
};

}  // namespace fairway::proxy
