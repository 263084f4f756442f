// Cluster listing: the objects of a Kubernetes cluster read once into the object store, for whoever judges and does not
// serve. Nothing is written or followed. Knows which kinds matter; how a kind is listed is k8s-client/api's.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ingress/cluster/secret_keeper.hpp"
#include "ingress/diagnostics.hpp"
#include "ingress/object_needs.hpp"
#include "ingress/object_store.hpp"
#include "ingress/options.hpp"
#include "k8s-client/api/api_client.hpp"
#include "k8s-client/api/resource_watch.hpp"

namespace boost::asio {
class io_context;
}

namespace fairway::ingress {

struct ListingOptions {
    k8s::ClientConfig client;
    std::string user_agent;  ///< "fairway/0.1"
};

class ClusterListing {
public:
    /// `store` and `book` must outlive the listing. Errors of the client's certificates are thrown.
    ClusterListing(const ListingOptions& options, const TranslationOptions& translation, ObjectStore& store,
                   DiagnosticBook& book);
    ~ClusterListing();
    ClusterListing(const ClusterListing&) = delete;
    ClusterListing& operator=(const ClusterListing&) = delete;

    /// Reads every kind but Secrets; returns when all have been read. A kind that may not be listed is a diagnostic.
    /// Throws k8s::ApiUnreachable, and k8s::Refused for an answer that no right mends, such as 401.
    void read();
    /// Reads what `needs` has come to name: ConfigMaps, and once all Secrets, of which those that are needed keep their
    /// content. Throws as read() does.
    /// @return false: there was nothing that is not known yet.
    bool read_needed(ObjectNeeds& needs);

    bool denied(std::string_view kind) const;
    /// Without what is said only because objects could not be read: that they do not exist.
    Report judged(Report report) const;

private:
    void read_all(const std::vector<k8s::WatchedResource>& resources);
    void take(k8s::Decoded decoded);
    void note_denied(const k8s::WatchedResource& resource, const std::string& reason);

    std::unique_ptr<boost::asio::io_context> io_;
    std::unique_ptr<k8s::ApiClient> client_;
    ObjectStore& store_;
    DiagnosticBook& book_;
    std::vector<k8s::WatchedResource> resources_;
    std::set<k8s::ObjectName> configmaps_;  ///< that have been read
    std::set<ObjectKey> denied_;            ///< without a name: all of the kind
    SecretKeeper secrets_;
    bool secrets_read_ = false;
};

}  // namespace fairway::ingress
