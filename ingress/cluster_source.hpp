// Cluster source: the objects of a Kubernetes cluster, followed through its API server into the object store. Knows which
// kinds matter; how a kind is followed is k8s-client/api's.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "ingress/diagnostics.hpp"
#include "ingress/object_store.hpp"
#include "ingress/options.hpp"
#include "k8s-client/api/client_config.hpp"

namespace boost::asio {
class io_context;
}

namespace fairway::ingress {

struct ClusterOptions {
    k8s::ClientConfig client;
    std::string user_agent;  ///< "fairway/0.1"
};

class ClusterSource {
public:
    /// @param translation  decides what is followed: its namespace, and the ConfigMaps it names.
    /// `store` and `book` must outlive the source. Throws std::runtime_error when the client's certificates are of no use.
    ClusterSource(boost::asio::io_context& io, const ClusterOptions& options, const TranslationOptions& translation,
                  ObjectStore& store, DiagnosticBook& book);
    ~ClusterSource();
    ClusterSource(const ClusterSource&) = delete;
    ClusterSource& operator=(const ClusterSource&) = delete;

    /// @param on_change  called in the io_context: first when every kind has been listed, then soon after changes, once
    /// for all that come together.
    void start(std::function<void()> on_change);

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace fairway::ingress
