// Event queue: which Events are worth a request, as client-go's correlator decides it. What is told again while it waits is
// counted, an object that is told about too often is silenced, and memory is bounded. Knows no sockets and no clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "k8s-client/api/event.hpp"

namespace fairway::k8s {

/// So many at once, then at this rate.
class TokenBucket {
public:
    using Clock = std::chrono::steady_clock;

    TokenBucket(double burst, std::chrono::duration<double> refill) : burst_(burst), refill_(refill), tokens_(burst) {}
    /// Takes one, if there is one.
    bool take(Clock::time_point now);
    /// Until there is one; zero: now.
    Clock::duration wait(Clock::time_point now);

private:
    void fill(Clock::time_point now);

    double burst_;
    std::chrono::duration<double> refill_;  // of one token
    double tokens_;
    std::optional<Clock::time_point> filled_;
};

struct EventQueueLimits {
    std::size_t waiting = 1000;  ///< Events; one more is dropped
    std::size_t objects = 4096;  ///< whose rate is remembered; the one seen longest ago is forgotten
    /// As in client-go: 25 Events about an object at once, then one every five minutes.
    double object_burst = 25;
    std::chrono::duration<double> object_refill = std::chrono::minutes(5);
};

class EventQueue {
public:
    using Clock = TokenBucket::Clock;
    using WallClock = std::chrono::system_clock;

    explicit EventQueue(EventQueueLimits limits = {}) : limits_(limits) {}

    /// @return false: dropped, because the object or the queue has had enough.
    bool add(const Event& event, Clock::time_point now, WallClock::time_point wall);

    struct Waiting {
        Event event;
        EventSeries series;  ///< told so often since it waits
    };
    bool empty() const noexcept { return order_.empty(); }
    /// The one that waits longest. Not when empty().
    Waiting take();

    std::uint64_t dropped() const noexcept { return dropped_; }

private:
    bool object_has_enough(const InvolvedObject& object, Clock::time_point now);

    EventQueueLimits limits_;
    std::deque<std::string> order_;  // keys of waiting_
    std::unordered_map<std::string, Waiting> waiting_;
    struct Seen {
        TokenBucket bucket;
        std::list<std::string>::iterator place;
    };
    std::list<std::string> recent_;  // keys of objects_, the latest first
    std::unordered_map<std::string, Seen> objects_;
    std::uint64_t dropped_ = 0;
};

/// The counts of Events that were written, of the latest ones only.
class EventCounts {
public:
    explicit EventCounts(std::size_t most = 4096) : most_(most) {}
    /// 0: not known to have been written.
    std::int64_t find(const std::string& key);
    void set(const std::string& key, std::int64_t count);
    void forget(const std::string& key);

private:
    struct Entry {
        std::int64_t count = 0;
        std::list<std::string>::iterator place;
    };
    std::size_t most_;
    std::list<std::string> recent_;
    std::unordered_map<std::string, Entry> entries_;
};

}  // namespace fairway::k8s
