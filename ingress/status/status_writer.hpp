// Writes status.loadBalancer of the Ingresses that are served, where it is not what it should be.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <vector>

#include "ingress/status/status_addresses.hpp"
#include "k8s-client/api/api_client.hpp"

namespace fairway::ingress {

/// An Ingress that says something else than it should.
struct StatusChange {
    k8s::ObjectName ingress;
    std::vector<k8s::LoadBalancerAddress> addresses;
};

class StatusWriter {
public:
    /// What has to be written now: empty when nothing has, or when another replica leads.
    using FindChanges = std::function<std::vector<StatusChange>()>;

    /// @param interval  between two looks when nobody calls look_soon(): --status-update-interval.
    StatusWriter(k8s::ApiClient& client, FindChanges find, std::chrono::seconds interval);

    /// Runs until it is cancelled. One request at a time.
    boost::asio::awaitable<void> run();
    /// Something has changed: an Ingress, the addresses, or who leads.
    void look_soon();

private:
    boost::asio::awaitable<void> write(StatusChange change);

    k8s::ApiClient& client_;
    FindChanges find_;
    std::chrono::seconds interval_;
    std::function<void()> wake_;
    bool again_ = false;
    bool told_ = false;  ///< that writing fails
};

}  // namespace fairway::ingress
