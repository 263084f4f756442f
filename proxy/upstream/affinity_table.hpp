// Which endpoint each client of a Service with sessionAffinity ClientIP has. One table for the whole process, so that
// the choice holds on every worker, for HTTP requests and for service listeners alike.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "base/ip_address.hpp"
#include "proxy/upstream/siphash.hpp"
#include "routing/backend.hpp"

namespace fairway::proxy {

/// Any thread. Only routes and listeners with affinity come here; each call takes the lock of one shard for some hundred
/// nanoseconds and does no I/O under it.
///
/// Memory: nothing until the first client; 54 bytes for each client remembered, 57 MB when full (kMaxClients). Beyond
/// that the client of a shard that was away for longest is forgotten. Nothing sweeps: a time-out is judged when the client
/// comes back, and the room of clients that nobody's time-out can keep (kLongestTimeout) is used first.
class AffinityTable {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    static constexpr std::size_t kShards = 64;
    static constexpr std::size_t kClientsPerShard = 16384;
    /// Somewhat above 1,000,000, since clients do not spread over the shards evenly.
    static constexpr std::size_t kMaxClients = kShards * kClientsPerShard;
    /// Kubernetes: timeoutSeconds is at most a day.
    static constexpr std::chrono::seconds kLongestTimeout{86400};

    /// @param key  secret and random, so that no client can choose addresses that meet in one shard.
    AffinityTable(const SipKey& key, TimePoint now) : key_(key), started_(now) {}
    AffinityTable(const AffinityTable&) = delete;
    AffinityTable& operator=(const AffinityTable&) = delete;

    /// What the client has, if it is ready and `affinity.timeout` has not passed since the last use; uses it.
    std::optional<SocketAddress> find(const routing::ClientIpAffinity& affinity, const IpAddress& client,
                                      const routing::EndpointSet& ready, TimePoint now);

    /// As find(), else the client has `choice` from here on. Another worker may have been faster: the answer decides.
    SocketAddress find_or_remember(const routing::ClientIpAffinity& affinity, const IpAddress& client,
                                   const routing::EndpointSet& ready, const SocketAddress& choice, TimePoint now);

    /// The client has `endpoint` from here on, whatever it had.
    void remember(const routing::ClientIpAffinity& affinity, const IpAddress& client, const SocketAddress& endpoint,
                  TimePoint now);

    std::size_t size() const;          ///< clients remembered
    std::size_t memory_bytes() const;  ///< allocated now

private:
    using Slot = std::uint16_t;
    static constexpr Slot kNone = UINT16_MAX;
    static constexpr std::size_t kBuckets = 16384;

    struct Key {
        std::array<std::uint8_t, 16> client;
        std::uint32_t group;
        bool v6;
        bool operator==(const Key&) const = default;
    };
    struct Entry {
        std::array<std::uint8_t, 16> client;
        std::array<std::uint8_t, 16> endpoint;
        std::uint32_t group;
        std::uint32_t used;  // ticks since started_
        std::uint16_t port;
        Slot next;   // of the same bucket
        Slot newer;  // by last use
        Slot older;
        bool client_v6;
        bool endpoint_v6;
    };
    static_assert(sizeof(Entry) <= 52);

    struct Shard {
        mutable std::mutex mutex;
        std::vector<Slot> buckets;  // empty until the first client
        std::vector<Entry> entries;
        Slot newest = kNone;
        Slot oldest = kNone;
    };
    struct Place {
        Shard& shard;
        std::size_t bucket;
        Key key;
    };

    using Ticks = std::chrono::duration<std::uint32_t, std::ratio<1, 10>>;

    Place place_of(const routing::ClientIpAffinity& affinity, const IpAddress& client);
    std::uint32_t ticks(TimePoint now) const noexcept;
    bool usable(const Entry& entry, const routing::ClientIpAffinity& affinity, const routing::EndpointSet& ready,
                TimePoint now) const;
    static Entry* look_up(const Place& place);
    static void touch(Shard& shard, Slot slot);
    static void unlink_age(Shard& shard, Slot slot);
    static void link_newest(Shard& shard, Slot slot);
    static void unlink_bucket(Shard& shard, std::size_t bucket, Slot slot);
    Slot take_slot(Shard& shard, std::uint32_t now);
    std::size_t bucket_of(const Entry& entry) const noexcept;
    std::uint64_t hash(const Key& key) const noexcept;
    void store(const Place& place, const SocketAddress& endpoint, TimePoint now);

    SipKey key_;
    TimePoint started_;
    std::array<Shard, kShards> shards_;
};

}  // namespace fairway::proxy
