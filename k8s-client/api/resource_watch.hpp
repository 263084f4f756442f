// Follows the objects of one kind: a list, then a watch from there on, for as long as it lives. What the API server
// forgets (410 Gone) is listed anew; what fails is tried again, more and more slowly.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>

#include "k8s-client/api/api_client.hpp"
#include "k8s-client/objects/decode.hpp"

namespace fairway::k8s {

/// Which objects.
struct WatchedResource {
    std::string_view kind;    ///< "Ingress"
    std::string_view group;   ///< "/apis/networking.k8s.io/v1" or "/api/v1"
    std::string_view plural;  ///< "ingresses"
    std::string ns;           ///< empty: all namespaces, or a kind without
    std::string field_selector;
    std::string label_selector;

    /// "/apis/networking.k8s.io/v1/namespaces/shop/ingresses?…", without a final '&'.
    std::string target() const;
};

/// What becomes known. Called in the io_context.
struct WatchEvents {
    std::function<void(Decoded)> changed;  ///< objects as they are now, or refused
    std::function<void(const ObjectName&)> deleted;
    /// A list was read to its end: objects that are not among these are gone.
    std::function<void(const std::set<ObjectName>&)> listed;
    /// We may not read this, or the server does not have it: what is known stays. Asked again all the same.
    std::function<void()> denied;
};

class ResourceWatch {
public:
    /// @param client  outlives the watch's coroutine, as does what `events` refers to.
    ResourceWatch(ApiClient& client, WatchedResource resource, WatchEvents events);

    const WatchedResource& resource() const noexcept { return resource_; }
    /// Runs until it is cancelled.
    boost::asio::awaitable<void> run();

private:
    boost::asio::awaitable<void> list();
    boost::asio::awaitable<void> watch();
    void take(WatchEvent event);
    void succeeded();
    boost::asio::awaitable<void> wait_before_retry();

    ApiClient& client_;
    WatchedResource resource_;
    WatchEvents events_;
    std::string resource_version_;  ///< empty: list first
    std::chrono::milliseconds pause_{0};
    std::chrono::milliseconds longest_pause_{0};
    bool failing_ = false;  ///< and the log says so
    std::minstd_rand random_{std::random_device{}()};
};

}  // namespace fairway::k8s
