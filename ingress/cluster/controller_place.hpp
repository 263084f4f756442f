// Where in the cluster this controller runs: its own pod, the pods beside it, and the nodes they are on (reference 5.4, 1.7).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ingress/cluster/watch_task.hpp"
#include "k8s-client/objects/pod.hpp"

namespace fairway::ingress {

struct PlaceOptions {
    k8s::ObjectName pod;    ///< POD_NAMESPACE and POD_NAME
    bool zone = false;      ///< --enable-topology-aware-routing: the zone of our own node
    bool siblings = false;  ///< --update-status-on-shutdown: whether there are other replicas
    bool nodes = false;     ///< no --publish-service and no --publish-status-address: the nodes of all replicas
    bool internal_addresses = false;  ///< --report-node-internal-ip-address
    bool wants_anything() const noexcept { return !pod.name.empty() && (zone || siblings || nodes); }
};

class ControllerPlace {
public:
    /// @param on_change  called in `io` when something of what follows is known, or another now.
    ControllerPlace(boost::asio::io_context& io, std::shared_ptr<k8s::ApiClient> client, PlaceOptions options,
                    std::function<void()> on_change);

    /// Whether all that was asked has been answered, or refused.
    bool settled() const;
    /// Label topology.kubernetes.io/zone of our own node; empty: none, or not known.
    const std::string& zone() const noexcept { return zone_; }
    /// Of every node that a ready replica is on, one address: ExternalIP, else InternalIP.
    std::vector<std::string> node_addresses() const;
    /// Pods with the labels of ours that run and are not being deleted, without ours.
    std::size_t other_replicas() const;

private:
    struct FollowedNode {
        bool settled = false;
        std::string external;
        std::string internal;
        std::string zone;
        std::unique_ptr<WatchTask> task;
    };
    struct Replica {
        std::string node;
        bool stays = false;  ///< runs, and is not being deleted
        bool ready = false;
    };
    using Take = std::function<void(const k8s::Object&)>;

    std::unique_ptr<WatchTask> follow(k8s::WatchedResource resource, Take take,
                                      std::function<void(const k8s::ObjectName&)> gone, bool& settled);
    void take_own(const k8s::Pod& pod);
    void follow_nodes();
    void follow_node(const std::string& name);
    void tell();

    boost::asio::io_context& io_;
    std::shared_ptr<k8s::ApiClient> client_;
    PlaceOptions options_;
    std::function<void()> on_change_;
    std::string own_node_;
    std::string zone_;
    bool own_settled_ = false;
    bool replicas_settled_ = false;
    std::map<k8s::ObjectName, Replica> replicas_;
    std::map<std::string, FollowedNode> nodes_;
    std::unique_ptr<WatchTask> own_task_;
    std::unique_ptr<WatchTask> replicas_task_;
};

}  // namespace fairway::ingress
