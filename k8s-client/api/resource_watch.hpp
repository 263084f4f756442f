// Follows the objects of one kind: all that are there, then every change, for as long as it lives. What the API server
// forgets (410 Gone) is read anew; what fails is tried again, more and more slowly.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>

#include "k8s-client/api/api_client.hpp"
#include "k8s-client/api/backoff.hpp"
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
    /// "networking.k8s.io/v1"
    std::string_view api_version() const;
};

/// What becomes known. Called in the io_context.
struct WatchEvents {
    std::function<void(Decoded)> changed;  ///< objects as they are now, or refused
    std::function<void(const ObjectName&)> deleted;
    /// Everything was read to its end: objects that are not among these are gone.
    std::function<void(const std::set<ObjectName>&)> listed;
    /// We may not read this, or the server does not have it: what is known stays. Asked again all the same.
    std::function<void()> denied;
};

/// The times that rule a watch; the defaults are for real API servers.
struct WatchTimes {
    std::chrono::milliseconds length{300'000};  ///< of one watch, and up to twice that, so that not all end together
    std::chrono::milliseconds grace{30'000};    ///< behind the end that was asked for
    /// Bookmarks come every minute. A server that has sent one and then nothing for so long has lost us: the watch is
    /// begun again where it was.
    std::chrono::milliseconds silence{150'000};
    std::chrono::milliseconds short_watch{1'000};  ///< one that ends sooner is not begun anew at once
    BackoffTimes pauses;
};

/// Lists and watches at once where the server can (sendInitialEvents), else in pages of 500 and then by a watch. Of what
/// the server sends, the text of one object is held at a time.
class ResourceWatch {
public:
    /// @param client  outlives the watch's coroutine, as does what `events` refers to.
    ResourceWatch(ApiClient& client, WatchedResource resource, WatchEvents events, WatchTimes times = {});

    const WatchedResource& resource() const noexcept { return resource_; }
    /// Runs until it is cancelled.
    boost::asio::awaitable<void> run();

private:
    boost::asio::awaitable<void> begin_or_go_on();
    boost::asio::awaitable<void> list();
    boost::asio::awaitable<void> watch();
    std::string watch_target(std::chrono::seconds length) const;
    void take(WatchEvent event);
    void take_initial(WatchEvent event);
    void note(const Decoded& decoded);
    void recovered();
    boost::asio::awaitable<void> wait(Failure failure, std::chrono::milliseconds at_least);

    ApiClient& client_;
    WatchedResource resource_;
    WatchEvents events_;
    WatchTimes times_;
    Backoff backoff_;
    std::string resource_version_;  ///< empty: everything must be read first
    std::set<ObjectName> initial_;  ///< what has come so far of all that is there
    bool bookmarks_ = false;        ///< the server sends them
    bool failing_ = false;          ///< and the log says so
    std::minstd_rand random_{std::random_device{}()};
};

}  // namespace fairway::k8s
