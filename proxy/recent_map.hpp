// A map of bounded size that forgets what was not used for longest: one shard of a table that workers share.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace fairway::proxy {

/// Not for several threads at once. Grows by need; never more than kCapacity entries.
template <class Key, class Value, std::size_t kCapacity, std::size_t kBuckets>
class RecentMap {
public:
    static_assert(kCapacity < UINT16_MAX && kBuckets < UINT16_MAX);

    /// nullptr when it is not there. Does not count as a use.
    Value* find(const Key& key, std::uint64_t hash) noexcept {
        const Slot slot = look_up(key, hash % kBuckets);
        return slot == kNone ? nullptr : &entries_[slot].value;
    }
    /// The value of `key`, made anew when it is not there, as the one used last. When there is no room the oldest value
    /// for which `spare` is false goes; when the oldest kSpared are all spared, the oldest.
    /// @param spare  bool(const Value&)
    template <class Spare>
    Value& use(const Key& key, std::uint64_t hash, Spare spare) {
        if (buckets_.empty()) buckets_.assign(kBuckets, kNone);
        const auto bucket = static_cast<Slot>(hash % kBuckets);
        Slot slot = look_up(key, bucket);
        if (slot == kNone) {
            slot = take_slot(spare);
            entries_[slot] = Entry{.key = key, .value = Value{}, .next = buckets_[bucket], .bucket = bucket};
            buckets_[bucket] = slot;
            link_newest(slot);
        } else if (slot != newest_) {
            unlink_age(slot);
            link_newest(slot);
        }
        return entries_[slot].value;
    }

    std::size_t size() const noexcept { return entries_.size(); }
    std::size_t memory_bytes() const noexcept {
        return entries_.capacity() * sizeof(Entry) + buckets_.capacity() * sizeof(Slot);
    }

private:
    using Slot = std::uint16_t;
    static constexpr Slot kNone = UINT16_MAX;
    static constexpr int kSpared = 16;

    struct Entry {
        Key key;
        Value value;
        Slot next = kNone;  // of the same bucket
        Slot bucket = 0;
        Slot newer = kNone;  // by last use
        Slot older = kNone;
    };

    Slot look_up(const Key& key, std::size_t bucket) const noexcept {
        if (buckets_.empty()) return kNone;
        Slot slot = buckets_[bucket];
        while (slot != kNone && !(entries_[slot].key == key)) slot = entries_[slot].next;
        return slot;
    }

    // A fresh entry, or one that is forgotten, taken out of every list.
    template <class Spare>
    Slot take_slot(Spare spare) {
        if (entries_.size() < kCapacity) {
            entries_.emplace_back();
            return static_cast<Slot>(entries_.size() - 1);
        }
        Slot slot = oldest_;
        for (int seen = 0; seen < kSpared && slot != kNone && spare(entries_[slot].value); ++seen)
            slot = entries_[slot].newer;
        if (slot == kNone || spare(entries_[slot].value)) slot = oldest_;
        unlink_age(slot);
        Slot* link = &buckets_[entries_[slot].bucket];
        while (*link != slot) link = &entries_[*link].next;
        *link = entries_[slot].next;
        return slot;
    }

    void unlink_age(Slot slot) noexcept {
        const Entry& entry = entries_[slot];
        (entry.newer == kNone ? newest_ : entries_[entry.newer].older) = entry.older;
        (entry.older == kNone ? oldest_ : entries_[entry.older].newer) = entry.newer;
    }

    void link_newest(Slot slot) noexcept {
        Entry& entry = entries_[slot];
        entry.newer = kNone;
        entry.older = newest_;
        (newest_ == kNone ? oldest_ : entries_[newest_].newer) = slot;
        newest_ = slot;
    }

    std::vector<Slot> buckets_;  // empty until the first use
    std::vector<Entry> entries_;
    Slot newest_ = kNone;
    Slot oldest_ = kNone;
};

}  // namespace fairway::proxy
