// Sessions that clients may resume, kept as bytes: a sixth of the memory of OpenSSL's own cache, which keeps its objects,
// and shared by all workers without one lock for all.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <unordered_map>

namespace fairway::tls {

/// Bounded: when it is full, the oldest session goes. Thread-safe. Sessions hold secrets, so they are wiped when they go.
class SessionCache {
public:
    using Clock = std::chrono::steady_clock;

    /// A longer session is not kept. Ours have some 150 bytes, more when the client showed a certificate.
    static constexpr std::size_t kMaxSessionBytes = 4096;

    /// @param max_entries  rounded up to a multiple of kShards. @param lifetime  from store() on.
    SessionCache(std::size_t max_entries, std::chrono::seconds lifetime);

    /// @param id  1 to 32 bytes, random (RFC 5246 section 7.4.1.2); a session known under it is replaced.
    void store(std::string_view id, std::string_view session, Clock::time_point now);

    /// Copies the session out. @return its size; 0: unknown or too old.
    std::size_t find(std::string_view id, Clock::time_point now, std::span<char, kMaxSessionBytes> into);

    void remove(std::string_view id);

    std::size_t size() const;

private:
    static constexpr std::size_t kShards = 16;

    struct Entry {
        Entry(std::string_view own_id, std::string_view session, Clock::time_point expiry);
        Entry(const Entry&) = delete;
        Entry& operator=(const Entry&) = delete;
        ~Entry();

        std::string_view key() const { return {id.data(), id_size}; }

        std::array<char, 32> id;
        std::size_t id_size;
        std::size_t size;
        std::unique_ptr<char[]> bytes;
        Clock::time_point expires;
    };
    using Entries = std::list<Entry>;  // oldest first, which is also the order they expire in

    struct Shard {
        void remove(std::string_view id);
        void remove_oldest();

        mutable std::mutex mutex;
        Entries entries;
        std::unordered_map<std::string_view, Entries::iterator> by_id;  // views of Entry::id
    };

    Shard& shard_of(std::string_view id);

    std::size_t max_per_shard_;
    std::chrono::seconds lifetime_;
    std::array<Shard, kShards> shards_;
};

}  // namespace fairway::tls
