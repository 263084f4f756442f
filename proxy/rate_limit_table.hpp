// What clients have used up of limit-rps, limit-rpm and limit-connections. One table for the whole process, so that the
// limits hold over all workers.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <utility>

#include "proxy/recent_map.hpp"
#include "proxy/upstream/siphash.hpp"
#include "routing/policy/rate_limits.hpp"

namespace fairway::proxy {

class RateLimitTable;

/// A request that counts against limit-connections until this is released or goes. Empty: one that does not.
class LimitedRequest {
public:
    LimitedRequest() noexcept = default;
    LimitedRequest(RateLimitTable& table, std::uint64_t client) noexcept : table_(&table), client_(client) {}
    LimitedRequest(LimitedRequest&& other) noexcept
        : table_(std::exchange(other.table_, nullptr)), client_(other.client_) {}
    LimitedRequest& operator=(LimitedRequest&& other) noexcept {
        release();
        table_ = std::exchange(other.table_, nullptr);
        client_ = other.client_;
        return *this;
    }
    ~LimitedRequest() { release(); }

    void release() noexcept;

private:
    RateLimitTable* table_ = nullptr;
    std::uint64_t client_ = 0;
};

/// Any thread. Only routes with limits come here; each call takes the lock of one shard for some hundred nanoseconds.
///
/// Memory: nothing until the first client; 50 bytes for each client of each Ingress with limits, 13 MB when full
/// (kMaxClients). Beyond that the client of a shard that was away for longest is forgotten, those with requests in
/// progress last.
class RateLimitTable {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    static constexpr std::size_t kShards = 64;
    static constexpr std::size_t kClientsPerShard = 4096;
    static constexpr std::size_t kMaxClients = kShards * kClientsPerShard;

    enum class Verdict : std::uint8_t { passed, too_many_requests, too_many_at_once };

    /// @param key  secret and random: clients are told apart by 64 bits of a hash, and nobody can look for equal ones.
    RateLimitTable(const SipKey& key, TimePoint now) : key_(key), started_(now) {}
    RateLimitTable(const RateLimitTable&) = delete;
    RateLimitTable& operator=(const RateLimitTable&) = delete;

    /// A request of `client`: counted, unless it is refused for too many requests.
    /// @param in_progress  set when it passed and there is a limit-connections.
    Verdict charge(const routing::RateLimits& limits, std::string_view client, TimePoint now,
                   LimitedRequest& in_progress);

    std::size_t size() const;          ///< clients remembered
    std::size_t memory_bytes() const;  ///< allocated now

private:
    friend class LimitedRequest;

    // nginx's leaky bucket (ngx_http_limit_req_module): what has flowed in and not yet out, in requests. A first request
    // finds 1 free.
    struct Used {
        double of_second = -1;
        double of_minute = -1;
        std::int64_t updated_us = 0;  // since started_
        std::uint32_t in_progress = 0;
    };
    using Clients = RecentMap<std::uint64_t, Used, kClientsPerShard, kClientsPerShard>;
    struct Shard {
        mutable std::mutex mutex;
        Clients clients;
    };

    std::uint64_t hash(std::uint64_t zone, std::string_view client) const noexcept;
    void end(std::uint64_t client) noexcept;
    Shard& shard_of(std::uint64_t client) noexcept { return shards_[client % kShards]; }
    static std::uint64_t bucket_hash(std::uint64_t client) noexcept { return client >> 32; }

    SipKey key_;
    TimePoint started_;
    std::array<Shard, kShards> shards_;
};

}  // namespace fairway::proxy
