#include "ingress/cluster/controller_place.hpp"

#include <algorithm>
#include <utility>

namespace fairway::ingress {

namespace {

constexpr std::string_view kCore = "/api/v1";
constexpr const char* kZoneLabel = "topology.kubernetes.io/zone";

/// What differs between the pods of one Deployment or DaemonSet while it is being rolled out.
constexpr std::string_view kLabelsOfRollouts[] = {"pod-template-hash", "controller-revision-hash",
                                                  "pod-template-generation"};

/// What was known of it counts on.
constexpr auto kStays = [](const k8s::ObjectName&) {};

std::string selector_of(const k8s::Pod& pod) {
    std::string selector;
    for (const auto& [key, value] : pod.meta.labels) {
        if (std::ranges::find(kLabelsOfRollouts, key) != std::end(kLabelsOfRollouts)) continue;
        if (!selector.empty()) selector += ',';
        selector += key + "=" + value;
    }
    return selector;
}

std::string address_of(const k8s::Node& node, std::string_view type) {
    for (const auto& [given, address] : node.addresses)
        if (given == type && !address.empty()) return address;
    return {};
}

}  // namespace

ControllerPlace::ControllerPlace(boost::asio::io_context& io, std::shared_ptr<k8s::ApiClient> client,
                                 PlaceOptions options, std::function<void()> on_change)
    : io_(io), client_(std::move(client)), options_(std::move(options)), on_change_(std::move(on_change)) {
    own_task_ = follow(
        {k8s::Pod::kKind, kCore, "pods", options_.pod.ns, "metadata.name=" + options_.pod.name, {}},
        [this](const k8s::Object& object) { take_own(std::get<k8s::Pod>(object)); }, kStays, own_settled_);
}

std::unique_ptr<WatchTask> ControllerPlace::follow(k8s::WatchedResource resource, Take take,
                                                   std::function<void(const k8s::ObjectName&)> gone, bool& settled) {
    const auto known = std::make_shared<std::set<k8s::ObjectName>>();
    k8s::WatchEvents events;
    events.changed = [this, take, known](const k8s::Decoded& decoded) {
        for (const auto& object : decoded.objects) {
            known->insert(k8s::meta_of(object).name);
            take(object);
        }
        tell();
    };
    events.deleted = [this, gone, known](const k8s::ObjectName& name) {
        known->erase(name);
        gone(name);
        tell();
    };
    events.listed = [this, gone, known, &settled](const std::set<k8s::ObjectName>& names) {
        for (const auto& name : std::exchange(*known, names))
            if (!names.contains(name)) gone(name);
        settled = true;
        tell();
    };
    events.denied = [this, &settled] {
        settled = true;
        tell();
    };
    return std::make_unique<WatchTask>(io_, client_, std::move(resource), std::move(events));
}

void ControllerPlace::tell() {
    if (settled()) on_change_();
}

void ControllerPlace::take_own(const k8s::Pod& pod) {
    own_node_ = pod.node_name;
    if (options_.zone) follow_nodes();
    if (replicas_task_ || (!options_.siblings && !options_.nodes)) return;
    const auto selector = selector_of(pod);
    if (selector.empty()) {
        replicas_settled_ = true;
        return;
    }
    const auto take = [this](const k8s::Object& object) {
        const auto& replica = std::get<k8s::Pod>(object);
        const bool running = replica.phase == "Running";
        const bool stays = running && !replica.meta.deletion_time;
        replicas_[replica.meta.name] = {replica.node_name, stays, running && replica.ready.value_or(false)};
        follow_nodes();
    };
    const auto gone = [this](const k8s::ObjectName& name) {
        replicas_.erase(name);
        follow_nodes();
    };
    replicas_task_ =
        follow({k8s::Pod::kKind, kCore, "pods", options_.pod.ns, {}, selector}, take, gone, replicas_settled_);
}

/// A watch of each node that matters, by name: a cluster may have thousands that do not.
void ControllerPlace::follow_nodes() {
    std::set<std::string> wanted;
    if (options_.zone && !own_node_.empty()) wanted.insert(own_node_);
    if (options_.nodes)
        for (const auto& [name, replica] : replicas_)
            if (replica.ready && !replica.node.empty()) wanted.insert(replica.node);
    std::erase_if(nodes_, [&](const auto& followed) { return !wanted.contains(followed.first); });
    for (const auto& name : wanted)
        if (!nodes_.contains(name)) follow_node(name);
}

void ControllerPlace::follow_node(const std::string& name) {
    auto& followed = nodes_[name];
    const auto take = [this, &followed, name](const k8s::Object& object) {
        const auto& node = std::get<struct k8s::Node>(object);
        followed.external = address_of(node, "ExternalIP");
        followed.internal = address_of(node, "InternalIP");
        const auto label = node.meta.labels.find(kZoneLabel);
        if (name == own_node_ && options_.zone) zone_ = label == node.meta.labels.end() ? "" : label->second;
    };
    followed.task =
        follow({k8s::Node::kKind, kCore, "nodes", {}, "metadata.name=" + name, {}}, take, kStays, followed.settled);
}

bool ControllerPlace::settled() const {
    const bool replicas = !replicas_task_ || replicas_settled_;
    return own_settled_ && replicas &&
           std::ranges::all_of(nodes_, [](const auto& followed) { return followed.second.settled; });
}

std::vector<std::string> ControllerPlace::node_addresses() const {
    std::vector<std::string> addresses;
    for (const auto& [name, node] : nodes_) {
        const auto hosts = [&](const auto& entry) { return entry.second.ready && entry.second.node == name; };
        if (!options_.nodes || !std::ranges::any_of(replicas_, hosts)) continue;
        const bool external = !options_.internal_addresses && !node.external.empty();
        const auto& address = external ? node.external : node.internal;
        if (!address.empty()) addresses.push_back(address);
    }
    return addresses;
}

std::size_t ControllerPlace::other_replicas() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        replicas_, [&](const auto& entry) { return entry.first != options_.pod && entry.second.stays; }));
}

}  // namespace fairway::ingress
