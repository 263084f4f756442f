// Cluster source: the objects of a Kubernetes cluster, followed through its API server into the object store. Knows which
// kinds matter; how a kind is followed is k8s-client/api's.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ingress/cluster/controller_place.hpp"
#include "ingress/diagnostics.hpp"
#include "ingress/object_store.hpp"
#include "ingress/options.hpp"
#include "ingress/status/cluster_writes.hpp"
#include "k8s-client/api/client_config.hpp"

namespace boost::asio {
class io_context;
}

namespace fairway::ingress {

struct ClusterOptions {
    k8s::ClientConfig client;
    std::string user_agent;  ///< "fairway/0.1"
    ClusterWriteOptions writes;
    PlaceOptions place;
};

class ClusterSource {
public:
    /// @param translation  decides what is followed: its namespace, and the ConfigMaps it names.
    /// @param published  the Service whose addresses the status of Ingresses gives; followed too, wherever it is.
    /// `store` and `book` must outlive the source.
    ClusterSource(boost::asio::io_context& io, std::shared_ptr<k8s::ApiClient> client,
                  const TranslationOptions& translation, const std::optional<k8s::ObjectName>& published,
                  ObjectStore& store, DiagnosticBook& book);
    ~ClusterSource();
    ClusterSource(const ClusterSource&) = delete;
    ClusterSource& operator=(const ClusterSource&) = delete;

    /// @param on_change  called in the io_context: first when every kind has been listed, then soon after changes, once
    /// for all that come together. What it has asked for by need() holds it up until it is known.
    void start(std::function<void()> on_change);

    /// A ConfigMap is followed, and a Secret kept with its content, for as long as it is needed. Whatever else is followed
    /// is not touched by this.
    void need(const ObjectKey& object, bool needed);
    /// All that is needed now has been named: the content of other Secrets goes.
    void drop_what_nobody_needs();
    /// Whether everything that is followed or needed has been read, was refused, or takes longer than a second.
    bool complete() const;
    /// Whether the namespace that alone is followed was not there at the start.
    bool namespace_is_missing() const;
    /// Whether objects of the kind may not be read, and never could be.
    bool denied(std::string_view kind) const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace fairway::ingress
