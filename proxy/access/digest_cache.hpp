// What was found out about something that is only known by its digest: passwords that were right, answers of
// authentication servers. One for the whole process, so that it holds on every worker.
#pragma once

#include <array>
#include <chrono>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "proxy/access/keyed_digest.hpp"

namespace fairway::proxy {

/// Any thread. Only routes that ask for it come here; each call takes the lock of one shard for a look-up. What was not used
/// for longest goes when a shard is full.
template <class Value>
class DigestCache {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    static constexpr std::size_t kShards = 16;
    /// What an entry needs beside what its value does.
    static constexpr std::size_t kEntryBytes = 200;

    /// @param max_bytes  of all entries together.
    explicit DigestCache(std::size_t max_bytes, std::chrono::seconds idle = std::chrono::minutes(30))
        : shard_bytes_(max_bytes / kShards), idle_(idle) {}

    /// nullptr: nothing that still holds.
    std::shared_ptr<const Value> find(const Digest& key, TimePoint now) {
        Shard& shard = shard_of(key);
        const std::lock_guard lock(shard.mutex);
        const auto found = shard.index.find(key);
        if (found == shard.index.end()) return nullptr;
        const auto entry = found->second;
        if (entry->expires <= now || entry->used + idle_ <= now) {
            drop(shard, entry);
            return nullptr;
        }
        entry->used = now;
        shard.by_use.splice(shard.by_use.begin(), shard.by_use, entry);
        return entry->value;
    }

    /// @param bytes  memory of the value; one that needs more than a shard has is not kept.
    void put(const Digest& key, std::shared_ptr<const Value> value, std::size_t bytes, TimePoint now,
             TimePoint expires) {
        bytes += kEntryBytes;
        if (bytes > shard_bytes_) return;
        Shard& shard = shard_of(key);
        const std::lock_guard lock(shard.mutex);
        if (const auto known = shard.index.find(key); known != shard.index.end()) drop(shard, known->second);
        while (shard.bytes + bytes > shard_bytes_) drop(shard, std::prev(shard.by_use.end()));
        shard.by_use.push_front({key, std::move(value), bytes, now, expires});
        shard.index.emplace(key, shard.by_use.begin());
        shard.bytes += bytes;
    }

    std::size_t size() const {
        std::size_t sum = 0;
        for (const Shard& shard : shards_) {
            const std::lock_guard lock(shard.mutex);
            sum += shard.index.size();
        }
        return sum;
    }

private:
    struct Entry {
        Digest key;
        std::shared_ptr<const Value> value;
        std::size_t bytes;
        TimePoint used;
        TimePoint expires;
    };
    using Entries = std::list<Entry>;
    struct Shard {
        mutable std::mutex mutex;
        Entries by_use;  // latest first
        std::unordered_map<Digest, typename Entries::iterator, DigestHash> index;
        std::size_t bytes = 0;
    };

    Shard& shard_of(const Digest& key) { return shards_[key.back() % kShards]; }
    static void drop(Shard& shard, typename Entries::iterator entry) {
        shard.bytes -= entry->bytes;
        shard.index.erase(entry->key);
        shard.by_use.erase(entry);
    }

    std::size_t shard_bytes_;
    std::chrono::seconds idle_;
    std::array<Shard, kShards> shards_;
};

}  // namespace fairway::proxy
