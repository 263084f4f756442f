#include "tls/session_cache.hpp"

#include <openssl/crypto.h>

#include <algorithm>

#include "base/assert.hpp"

namespace fairway::tls {

SessionCache::Entry::Entry(std::string_view own_id, std::string_view session, Clock::time_point expiry)
    : id_size(own_id.size()), size(session.size()), bytes(new char[session.size()]), expires(expiry) {
    FAIRWAY_ASSERT(!own_id.empty() && own_id.size() <= id.size(), "a session id has 1 to 32 bytes");
    std::ranges::copy(own_id, id.begin());
    std::ranges::copy(session, bytes.get());
}

SessionCache::Entry::~Entry() { OPENSSL_cleanse(bytes.get(), size); }

SessionCache::SessionCache(std::size_t max_entries, std::chrono::seconds lifetime)
    : max_per_shard_(std::max<std::size_t>(1, (max_entries + kShards - 1) / kShards)), lifetime_(lifetime) {}

void SessionCache::store(std::string_view id, std::string_view session, Clock::time_point now) {
    if (session.empty() || session.size() > kMaxSessionBytes) return;
    Shard& shard = shard_of(id);
    const std::lock_guard lock(shard.mutex);
    shard.remove(id);
    while (!shard.entries.empty() && shard.entries.front().expires <= now) shard.remove_oldest();
    if (shard.entries.size() >= max_per_shard_) shard.remove_oldest();
    shard.entries.emplace_back(id, session, now + lifetime_);
    const auto added = std::prev(shard.entries.end());
    shard.by_id.emplace(added->key(), added);
}

std::size_t SessionCache::find(std::string_view id, Clock::time_point now, std::span<char, kMaxSessionBytes> into) {
    if (id.empty()) return 0;
    Shard& shard = shard_of(id);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.by_id.find(id);
    if (found == shard.by_id.end() || found->second->expires <= now) return 0;
    const Entry& entry = *found->second;
    std::copy_n(entry.bytes.get(), entry.size, into.begin());
    return entry.size;
}

void SessionCache::remove(std::string_view id) {
    if (id.empty()) return;
    Shard& shard = shard_of(id);
    const std::lock_guard lock(shard.mutex);
    shard.remove(id);
}

std::size_t SessionCache::size() const {
    std::size_t total = 0;
    for (const Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        total += shard.entries.size();
    }
    return total;
}

void SessionCache::Shard::remove(std::string_view id) {
    const auto found = by_id.find(id);
    if (found == by_id.end()) return;
    const auto entry = found->second;
    by_id.erase(found);  // before the entry its key is a view of
    entries.erase(entry);
}

void SessionCache::Shard::remove_oldest() {
    by_id.erase(entries.front().key());
    entries.pop_front();
}

SessionCache::Shard& SessionCache::shard_of(std::string_view id) {
    return shards_[static_cast<unsigned char>(id.front()) % kShards];
}

}  // namespace fairway::tls
