// What a controller writes to its cluster: the Lease by which one replica leads, and, from that one, the status of Ingresses
// and Events.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "ingress/status/status_writer.hpp"
#include "k8s-client/api/event.hpp"
#include "k8s-client/api/leader_election.hpp"

namespace boost::asio {
class io_context;
}

namespace fairway::ingress {

struct ClusterWriteOptions {
    /// Absent (--disable-leader-election): nobody leads, no status is written, and every replica writes Events.
    std::optional<k8s::ElectionOptions> election;
    StatusOptions status;
    bool events = true;                        ///< false: --disable-sync-events
    std::string instance;                      ///< of this replica, for Events: the pod's name
    bool update_status = true;                 ///< --update-status
    bool update_status_on_shutdown = true;     ///< --update-status-on-shutdown
    std::chrono::seconds status_interval{60};  ///< --status-update-interval
};

class ClusterWrites {
public:
    /// @param changes  the Ingresses that say something else than they should; asked of the leader only.
    ClusterWrites(boost::asio::io_context& io, std::shared_ptr<k8s::ApiClient> client,
                  const ClusterWriteOptions& options, StatusWriter::FindChanges changes);
    ~ClusterWrites();
    ClusterWrites(const ClusterWrites&) = delete;
    ClusterWrites& operator=(const ClusterWrites&) = delete;

    void start();
    /// Objects have changed.
    void look_soon();
    /// Writes the Event if it is this replica that writes them. Returns at once. Events that come before start() count, too.
    void tell(k8s::Event event);
    bool leading() const noexcept;
    /// Stops writing, but for these last changes, and hands the Lease back, so that another replica leads at once. Runs
    /// the io_context for it, for at most `limit`.
    void leave(std::vector<StatusChange> last, std::chrono::milliseconds limit);

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace fairway::ingress
