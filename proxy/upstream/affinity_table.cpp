#include "proxy/upstream/affinity_table.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace fairway::proxy {

namespace {

SocketAddress address_of(const std::array<std::uint8_t, 16>& bytes, bool v6, std::uint16_t port) {
    IpAddress ip;
    ip.bytes = bytes;
    ip.v6 = v6;
    return {ip, port};
}

bool contains(const routing::EndpointSet& ready, const SocketAddress& address) {
    const auto found = std::ranges::lower_bound(ready.endpoints, address, {}, &routing::Endpoint::address);
    return found != ready.endpoints.end() && found->address == address;
}

}  // namespace

std::optional<SocketAddress> AffinityTable::find(const routing::ClientIpAffinity& affinity, const IpAddress& client,
                                                 const routing::EndpointSet& ready, TimePoint now) {
    const Place place = place_of(affinity, client);
    const std::lock_guard lock(place.shard.mutex);
    Entry* const entry = look_up(place);
    if (entry == nullptr || !usable(*entry, affinity, ready, now)) return std::nullopt;
    entry->used = ticks(now);
    touch(place.shard, static_cast<Slot>(entry - place.shard.entries.data()));
    return address_of(entry->endpoint, entry->endpoint_v6, entry->port);
}

SocketAddress AffinityTable::find_or_remember(const routing::ClientIpAffinity& affinity, const IpAddress& client,
                                              const routing::EndpointSet& ready, const SocketAddress& choice,
                                              TimePoint now) {
    const Place place = place_of(affinity, client);
    const std::lock_guard lock(place.shard.mutex);
    const Entry* const entry = look_up(place);
    const bool keep = entry != nullptr && usable(*entry, affinity, ready, now);
    const SocketAddress chosen = keep ? address_of(entry->endpoint, entry->endpoint_v6, entry->port) : choice;
    store(place, chosen, now);
    return chosen;
}

void AffinityTable::remember(const routing::ClientIpAffinity& affinity, const IpAddress& client,
                             const SocketAddress& endpoint, TimePoint now) {
    const Place place = place_of(affinity, client);
    const std::lock_guard lock(place.shard.mutex);
    store(place, endpoint, now);
}

std::size_t AffinityTable::size() const {
    std::size_t sum = 0;
    for (const Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        sum += shard.entries.size();
    }
    return sum;
}

std::size_t AffinityTable::memory_bytes() const {
    std::size_t sum = 0;
    for (const Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        sum += shard.entries.capacity() * sizeof(Entry) + shard.buckets.capacity() * sizeof(Slot);
    }
    return sum;
}

AffinityTable::Place AffinityTable::place_of(const routing::ClientIpAffinity& affinity, const IpAddress& client) {
    const Key key{client.bytes, affinity.group, client.v6};
    const std::uint64_t hashed = hash(key);
    return {shards_[hashed % kShards], (hashed >> 32) % kBuckets, key};
}

std::uint64_t AffinityTable::hash(const Key& key) const noexcept {
    std::array<std::uint64_t, 3> words{};
    std::memcpy(words.data(), key.client.data(), key.client.size());
    words[2] = std::uint64_t{key.group} << 1 | (key.v6 ? 1 : 0);
    return siphash_2_4(key_, words);
}

std::size_t AffinityTable::bucket_of(const Entry& entry) const noexcept {
    return (hash({entry.client, entry.group, entry.client_v6}) >> 32) % kBuckets;
}

// 32 bits last for 13 years.
std::uint32_t AffinityTable::ticks(TimePoint now) const noexcept {
    return std::chrono::duration_cast<Ticks>(now - started_).count();
}

bool AffinityTable::usable(const Entry& entry, const routing::ClientIpAffinity& affinity,
                           const routing::EndpointSet& ready, TimePoint now) const {
    const std::uint32_t away = ticks(now) - entry.used;
    return away < std::chrono::duration_cast<Ticks>(affinity.timeout).count() &&
           contains(ready, address_of(entry.endpoint, entry.endpoint_v6, entry.port));
}

AffinityTable::Entry* AffinityTable::look_up(const Place& place) {
    if (place.shard.buckets.empty()) return nullptr;
    for (Slot slot = place.shard.buckets[place.bucket]; slot != kNone;) {
        Entry& entry = place.shard.entries[slot];
        if (Key{entry.client, entry.group, entry.client_v6} == place.key) return &entry;
        slot = entry.next;
    }
    return nullptr;
}

void AffinityTable::store(const Place& place, const SocketAddress& endpoint, TimePoint now) {
    Shard& shard = place.shard;
    if (shard.buckets.empty()) shard.buckets.assign(kBuckets, kNone);
    Entry* entry = look_up(place);
    if (entry == nullptr) {
        const Slot slot = take_slot(shard, ticks(now));
        entry = &shard.entries[slot];
        entry->client = place.key.client;
        entry->client_v6 = place.key.v6;
        entry->group = place.key.group;
        entry->next = std::exchange(shard.buckets[place.bucket], slot);
        link_newest(shard, slot);
    }
    entry->endpoint = endpoint.ip.bytes;
    entry->endpoint_v6 = endpoint.ip.v6;
    entry->port = endpoint.port;
    entry->used = ticks(now);
    touch(shard, static_cast<Slot>(entry - shard.entries.data()));
}

// A fresh entry, or the one that was not used for longest, taken out of every list.
AffinityTable::Slot AffinityTable::take_slot(Shard& shard, std::uint32_t now) {
    const bool full = shard.entries.size() == kClientsPerShard;
    const bool outdated = shard.oldest != kNone && now - shard.entries[shard.oldest].used >=
                                                       std::chrono::duration_cast<Ticks>(kLongestTimeout).count();
    if (!full && !outdated) {
        shard.entries.emplace_back();
        return static_cast<Slot>(shard.entries.size() - 1);
    }
    const Slot slot = shard.oldest;
    unlink_age(shard, slot);
    unlink_bucket(shard, bucket_of(shard.entries[slot]), slot);
    return slot;
}

void AffinityTable::unlink_bucket(Shard& shard, std::size_t bucket, Slot slot) {
    Slot* link = &shard.buckets[bucket];
    while (*link != slot) link = &shard.entries[*link].next;
    *link = shard.entries[slot].next;
}

void AffinityTable::touch(Shard& shard, Slot slot) {
    if (shard.newest == slot) return;
    unlink_age(shard, slot);
    link_newest(shard, slot);
}

void AffinityTable::unlink_age(Shard& shard, Slot slot) {
    const Entry& entry = shard.entries[slot];
    (entry.newer == kNone ? shard.newest : shard.entries[entry.newer].older) = entry.older;
    (entry.older == kNone ? shard.oldest : shard.entries[entry.older].newer) = entry.newer;
}

void AffinityTable::link_newest(Shard& shard, Slot slot) {
    Entry& entry = shard.entries[slot];
    entry.newer = kNone;
    entry.older = shard.newest;
    (shard.newest == kNone ? shard.oldest : shard.entries[shard.newest].newer) = slot;
    shard.newest = slot;
}

}  // namespace fairway::proxy
