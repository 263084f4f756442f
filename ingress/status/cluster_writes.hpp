// What a controller writes to its cluster: the Lease by which one replica leads, and, from that one, the status of Ingresses.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "ingress/status/status_writer.hpp"
#include "k8s-client/api/leader_election.hpp"

namespace boost::asio {
class io_context;
}

namespace fairway::ingress {

struct ClusterWriteOptions {
    /// Absent (--disable-leader-election, or no pod to name): nobody leads, and no status is written.
    std::optional<k8s::ElectionOptions> election;
    StatusOptions status;
    bool update_status = true;                 ///< --update-status
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
    /// Stops writing and hands the Lease back, so that another replica leads at once. Runs the io_context for it, for at
    /// most `limit`.
    void leave(std::chrono::milliseconds limit);

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace fairway::ingress
