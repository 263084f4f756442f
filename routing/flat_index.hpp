// Flat index: a hash table of numbers that refer into an array of the caller's. Four bytes a slot and one allocation,
// so that a host with two routes costs little and one with ten thousand is still found at once.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace fairway::routing {

/// Open addressing with linear probing, filled to a half at most. Built once, never shrinks.
class FlatIndex {
public:
    static constexpr std::uint32_t kNone = UINT32_MAX;

    /// Room for `count` numbers; call before the first insert.
    void reserve(std::size_t count) { slots_.assign(count == 0 ? 0 : std::bit_ceil(count * 2), kNone); }

    /// Adds `value`, which must not be there yet, under `hash`; at most as many as were reserved.
    void insert(std::size_t hash, std::uint32_t value) {
        auto slot = first_slot(hash);
        while (slots_[slot] != kNone) slot = next_slot(slot);
        slots_[slot] = value;
    }

    /// The number under `hash` for which `is_wanted(number)` holds, or kNone.
    template <class Predicate>
    std::uint32_t find(std::size_t hash, const Predicate& is_wanted) const noexcept {
        if (slots_.empty()) return kNone;
        auto slot = first_slot(hash);
        while (slots_[slot] != kNone && !is_wanted(slots_[slot])) slot = next_slot(slot);
        return slots_[slot];
    }

    bool empty() const noexcept { return slots_.empty(); }

private:
    /// The upper bits of a product depend on all bits of the hash (Knuth, TAOCP volume 3, section 6.4).
    std::size_t first_slot(std::uint64_t hash) const noexcept {
        return static_cast<std::size_t>((hash * 0x9e3779b97f4a7c15ULL) >> 32) & (slots_.size() - 1);
    }
    std::size_t next_slot(std::size_t slot) const noexcept { return (slot + 1) & (slots_.size() - 1); }

    std::vector<std::uint32_t> slots_;
};

}  // namespace fairway::routing
