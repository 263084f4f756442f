// Event recorder: writes Events through an API server, the same one once with a growing count, as client-go's does.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "k8s-client/api/api_client.hpp"
#include "k8s-client/api/event_queue.hpp"
#include "k8s-client/api/interruptible_sleep.hpp"

namespace fairway::k8s {

class EventRecorder {
public:
    /// @param client  outlives run().
    EventRecorder(ApiClient& client, EventSource source, EventQueueLimits limits = {});

    /// Returns at once; the request is made by run(). Too many are dropped: see EventQueueLimits.
    void record(const Event& event);
    /// Runs until it is cancelled. One request at a time, and no more than kRate a second after kBurst.
    boost::asio::awaitable<void> run();

    static constexpr double kBurst = 100;
    static constexpr double kRate = 20;

private:
    boost::asio::awaitable<void> write(const EventQueue::Waiting& waiting);
    boost::asio::awaitable<bool> try_once(const EventQueue::Waiting& waiting);
    boost::asio::awaitable<ApiResponse> create(const EventQueue::Waiting& waiting, std::int64_t count);
    boost::asio::awaitable<ApiResponse> patch(const EventQueue::Waiting& waiting, std::int64_t count);
    void fail(const Event& event, const std::string& problem);

    ApiClient& client_;
    EventSource source_;
    EventQueue queue_;
    EventCounts counts_;
    TokenBucket bucket_{kBurst, std::chrono::duration<double>(1 / kRate)};
    InterruptibleSleep idle_;
    std::chrono::seconds retry_after_{0};
    bool told_ = false;          ///< that writing fails
    bool told_dropped_ = false;  ///< that there are too many
};

}  // namespace fairway::k8s
