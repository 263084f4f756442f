// Nonces of digest authentication (RFC 7616): made without memory, remembered once they were used, so that no request can
// be sent a second time by whoever saw it.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "proxy/access/keyed_digest.hpp"

namespace fairway::proxy {

/// Any thread.
class NonceTable {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::minutes kLifetime{5};
    static constexpr std::size_t kShards = 16;
    /// Nonces in use, at most: beyond that the oldest are forgotten, and whoever has one gets another without being asked for
    /// the password (stale).
    static constexpr std::size_t kMaxPerShard = 4096;

    explicit NonceTable(const DigestKey& key, TimePoint now) : key_(key), started_(now) {}

    std::string make(std::uint64_t random, TimePoint now) const;

    enum class Age : std::uint8_t { valid, stale, forged };
    /// Whether the nonce is one of ours and not too old.
    Age age_of(std::string_view nonce, TimePoint now) const;

    /// Uses a valid nonce with the client's count (nc). Counts may come out of order within a window of 64.
    /// @return false when this count was used before, or the nonce is forgotten: stale.
    bool use(std::string_view nonce, std::uint32_t count, TimePoint now);

private:
    struct Used {
        std::uint64_t serial;   // the nonce's own random part
        std::uint32_t issued;   // milliseconds since started_
        std::uint32_t highest;  // count
        std::uint64_t seen;     // bit i: highest - i was used
    };
    struct Shard {
        std::mutex mutex;
        std::unordered_map<std::uint64_t, Used> used;
        std::deque<std::uint64_t> by_age;   // serials in the order of their first use
        std::uint32_t forgotten_until = 0;  // nonces issued up to then that are not in `used` may have been used
    };
    struct Parts {
        std::uint32_t issued;
        std::uint64_t serial;
    };

    bool parse(std::string_view nonce, Parts& parts) const;
    std::string seal(std::uint32_t issued, std::uint64_t serial) const;
    std::uint32_t ticks(TimePoint now) const noexcept;
    static void forget_oldest(Shard& shard);

    const DigestKey& key_;
    TimePoint started_;
    std::array<Shard, kShards> shards_;
};

}  // namespace fairway::proxy
