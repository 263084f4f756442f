// Writes status.loadBalancer of the Ingresses that are served, where it is not what it should be.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <vector>

#include "ingress/status/status_addresses.hpp"
#include "k8s-client/api/api_client.hpp"
#include "k8s-client/api/backoff.hpp"
#include "k8s-client/api/interruptible_sleep.hpp"

namespace fairway::ingress {

/// An Ingress that says something else than it should.
struct StatusChange {
    k8s::ObjectName ingress;
    std::string resource_version;  ///< of the Ingress that we know: another writer's later word is not overwritten
    std::vector<k8s::LoadBalancerAddress> addresses;
};

class StatusWriter {
public:
    /// What has to be written now: empty when nothing has, or when another replica leads.
    using FindChanges = std::function<std::vector<StatusChange>()>;
    /// Asked before each write: whether this replica leads still.
    using MayWrite = std::function<bool()>;

    /// @param interval  between two looks when nobody calls look_soon(): --status-update-interval.
    StatusWriter(k8s::ApiClient& client, FindChanges find, MayWrite may_write, std::chrono::seconds interval);

    /// Runs until it is cancelled. One request at a time.
    boost::asio::awaitable<void> run();
    /// Something has changed: an Ingress, the addresses, or who leads.
    void look_soon();
    /// Makes these changes, for as long as it may. For the end, when run() has been cancelled.
    boost::asio::awaitable<void> write_all(std::vector<StatusChange> changes);

private:
    boost::asio::awaitable<void> write(StatusChange change);
    boost::asio::awaitable<k8s::ApiResponse> send(StatusChange change);
    boost::asio::awaitable<void> pause(std::chrono::milliseconds length);
    void failed(const k8s::ObjectName& name, const std::string& problem);

    k8s::ApiClient& client_;
    FindChanges find_;
    MayWrite may_write_;
    std::chrono::seconds interval_;
    k8s::InterruptibleSleep idle_;
    bool again_ = false;
    bool told_ = false;                         ///< that writing fails
    bool patch_forbidden_ = false;              ///< but update is not
    std::size_t written_ = 0;                   ///< since write_all() was called
    bool busy_ = false;                         ///< the API server cannot take more now
    std::chrono::milliseconds retry_after_{0};  ///< until what was refused is tried again; 0: nothing was
    k8s::Backoff backoff_;
};

}  // namespace fairway::ingress
