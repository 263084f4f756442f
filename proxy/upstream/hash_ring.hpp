// Consistent hashing: keys are spread over nodes so that a node that comes or goes moves few of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fairway::proxy {

/// The same for equal names in equal order, in every process: replicas of Fairway agree.
class HashRing {
public:
    /// ingress-nginx's (lua-resty-chash).
    static constexpr std::uint32_t kPointsPerNode = 160;

    HashRing() = default;
    /// Sorts kPointsPerNode points for each: some 20 µs a node.
    explicit HashRing(const std::vector<std::string>& nodes);

    /// Where a key is on the ring.
    static std::uint64_t hash(std::string_view key) noexcept;

    /// The first node at or behind `hash`, going round, for which accept(index) holds; each point costs a call.
    /// @return `otherwise` when none does.
    /// @param accept  bool(std::uint32_t index in `nodes`)
    template <class Accept>
    std::uint32_t find(std::uint64_t hash, Accept accept, std::uint32_t otherwise) const {
        const std::size_t first = first_at(hash);
        for (std::size_t step = 0; step < points_.size(); ++step) {
            const Point& point = points_[(first + step) % points_.size()];
            if (accept(point.node)) return point.node;
        }
        return otherwise;
    }
    /// The ring is not empty.
    std::uint32_t find(std::uint64_t hash) const { return points_[first_at(hash)].node; }

    bool empty() const noexcept { return points_.empty(); }

private:
    struct Point {
        std::uint32_t at;
        std::uint32_t node;
    };

    std::size_t first_at(std::uint64_t hash) const noexcept;

    std::vector<Point> points_;
};

}  // namespace fairway::proxy
