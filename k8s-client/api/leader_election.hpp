// Leader election by a Lease (coordination.k8s.io/v1), as client-go's leaderelection does it: of all replicas the one whose
// name is in the Lease leads, for as long as it renews it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <functional>
#include <string>

#include <random>

#include "k8s-client/api/api_client.hpp"

namespace fairway::k8s {

struct ElectionOptions {
    std::string ns;
    std::string lease;                  ///< name of the Lease: --election-id
    std::string identity;               ///< of this replica: the pod's name
    std::chrono::seconds duration{30};  ///< --election-ttl: how long a leader that falls silent still counts
};

/// A leader renews every quarter of the duration and steps down by itself when that has failed for half of it, so that
/// there are never two: whoever waits for its end counts the whole duration, by its own clock, from the last renewal it saw.
class LeaderElection {
public:
    using Clock = std::chrono::steady_clock;

    /// @param on_change  told each time that this replica begins or ceases to lead.
    LeaderElection(ApiClient& client, ElectionOptions options, std::function<void(bool leading)> on_change);

    /// Runs until it is cancelled.
    boost::asio::awaitable<void> run();
    /// Hands the Lease back, so that another replica need not wait. Call when run() has been cancelled.
    boost::asio::awaitable<void> release();

    /// Also false when a renewal is overdue, whatever it waits for.
    bool leading() const noexcept { return leading_ && Clock::now() - renewed_ < options_.duration / 2; }

private:
    boost::asio::awaitable<void> acquire_or_renew();
    boost::asio::awaitable<boost::json::object> read();
    boost::asio::awaitable<bool> claim(boost::json::object lease);
    boost::asio::awaitable<bool> write(ApiRequest request);
    boost::asio::awaitable<void> hand_back();
    ApiRequest request(std::string method, bool with_name, std::string body = {}) const;
    bool held_by_another(const boost::json::object& spec);
    boost::json::object claimed(const boost::json::object& spec) const;
    std::string target(bool with_name) const;
    void set_leading(bool leading);

    ApiClient& client_;
    ElectionOptions options_;
    std::function<void(bool)> on_change_;
    bool leading_ = false;
    Clock::time_point renewed_{};
    boost::json::object lease_;  ///< as the leader wrote it last, with its resource version; empty: must be read
    std::minstd_rand random_{std::random_device{}()};
    std::string seen_;  ///< holder and time of renewal, as they were in the Lease last
    Clock::time_point seen_since_{};
};

}  // namespace fairway::k8s
