#include "routing/network_set.hpp"

#include <algorithm>
#include <limits>

namespace fairway::routing {

namespace {

std::uint32_t number_of(const IpAddress& address) noexcept {
    const auto& b = address.bytes;
    return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
}

std::array<std::uint8_t, 16> last_of(const IpNetwork& network) noexcept {
    auto bytes = network.base.bytes;
    for (std::size_t bit = network.prefix_bits; bit < 128; ++bit)
        bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] | 0x80U >> bit % 8);
    return bytes;
}

/// Sorts, and joins what overlaps. Networks either hold one another or are apart, so that joining is dropping.
template <class Range>
void tidy(std::vector<Range>& ranges) {
    std::ranges::sort(ranges, [](const Range& a, const Range& b) {
        return a.first != b.first ? a.first < b.first : b.last < a.last;
    });
    std::size_t kept = 0;
    for (const Range& range : ranges)
        if (kept == 0 || ranges[kept - 1].last < range.first) ranges[kept++] = range;
    ranges.resize(kept);
    ranges.shrink_to_fit();
}

template <class Range, class Number>
bool holds(const std::vector<Range>& ranges, const Number& number) noexcept {
    const auto after = std::upper_bound(ranges.begin(), ranges.end(), number,
                                        [](const Number& n, const Range& range) { return n < range.first; });
    return after != ranges.begin() && !(std::prev(after)->last < number);
}

}  // namespace

NetworkSet::NetworkSet(std::span<const IpNetwork> networks) {
    for (const IpNetwork& network : networks) {
        if (network.base.v6) {
            v6_.push_back({network.base.bytes, last_of(network)});
        } else {
            constexpr auto kAll = std::numeric_limits<std::uint32_t>::max();
            const std::uint32_t first = number_of(network.base);
            v4_.push_back({first, first | (network.prefix_bits == 32 ? 0 : kAll >> network.prefix_bits)});
        }
    }
    tidy(v4_);
    tidy(v6_);
}

bool NetworkSet::contains(const IpAddress& address) const noexcept {
    return address.v6 ? holds(v6_, address.bytes) : holds(v4_, number_of(address));
}

}  // namespace fairway::routing
