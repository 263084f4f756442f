#include "proxy/upstream/hash_ring.hpp"

#include <algorithm>

namespace fairway::proxy {

namespace {

// The finaliser of MurmurHash3 (Appleby): every bit of the input moves every bit of the result.
constexpr std::uint64_t mix(std::uint64_t bits) noexcept {
    bits = (bits ^ (bits >> 33)) * 0xff51afd7ed558ccdull;
    bits = (bits ^ (bits >> 33)) * 0xc4ceb9fe1a85ec53ull;
    return bits ^ (bits >> 33);
}

constexpr std::uint32_t place(std::uint64_t hash) noexcept { return static_cast<std::uint32_t>(hash >> 32); }

}  // namespace

// FNV-1a (draft-eastlake-fnv): what a client writes may collide with what it likes, it only chooses its endpoint by that.
std::uint64_t HashRing::hash(std::string_view key) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : key) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3;
    }
    return mix(hash);
}

HashRing::HashRing(const std::vector<std::string>& nodes) {
    points_.reserve(nodes.size() * kPointsPerNode);
    for (std::uint32_t node = 0; node < nodes.size(); ++node) {
        const std::uint64_t seed = hash(nodes[node]);
        for (std::uint64_t copy = 1; copy <= kPointsPerNode; ++copy)
            points_.push_back({place(mix(seed + copy * 0x9e3779b97f4a7c15ull)), node});
    }
    // Equal places: by name, so that the order of the nodes has no meaning.
    std::ranges::sort(points_, [&](const Point& a, const Point& b) {
        return a.at != b.at ? a.at < b.at : nodes[a.node] < nodes[b.node];
    });
}

std::size_t HashRing::first_at(std::uint64_t hash) const noexcept {
    const auto found = std::ranges::lower_bound(points_, place(hash), {}, &Point::at);
    return found == points_.end() ? 0 : static_cast<std::size_t>(found - points_.begin());
}

}  // namespace fairway::proxy
