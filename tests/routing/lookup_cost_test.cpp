// The cost of a lookup, counted in comparisons, does not grow with the table.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "routing/flat_index.hpp"
#include "routing/host_map.hpp"

namespace fairway::routing {
namespace {

int comparisons = 0;

struct CountingEqual {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const noexcept {
        ++comparisons;
        return a == b;
    }
};

std::string host(int i) { return "host-" + std::to_string(i) + ".example.com"; }

/// Most comparisons that one lookup took, over all hosts and as many unknown ones.
int most_comparisons(int hosts) {
    HostMap<int, CountingEqual> map;
    for (int i = 0; i < hosts; ++i) map.emplace(host(i), i);
    int most = 0;
    for (int i = 0; i < 2 * hosts; ++i) {
        comparisons = 0;
        EXPECT_EQ(map.contains(std::string_view(host(i))), i < hosts) << host(i);
        most = std::max(most, comparisons);
    }
    return most;
}

TEST(LookupCost, OfAHostIsAFewComparisonsHoweverManyThereAre) {
    EXPECT_EQ(most_comparisons(1), 1);
    EXPECT_LE(most_comparisons(5'000), 4);
    EXPECT_LE(most_comparisons(50'000), 4);
}

/// Comparisons of a path lookup among `paths`: mean over all of them.
double mean_comparisons(std::uint32_t paths) {
    const auto path = [](std::uint32_t i) { return "/shop/article/" + std::to_string(i); };
    const auto hash = std::hash<std::string>{};
    FlatIndex index;
    index.reserve(paths);
    for (std::uint32_t i = 0; i < paths; ++i) index.insert(hash(path(i)), i);
    int probes = 0;
    for (std::uint32_t i = 0; i < paths; ++i) {
        const auto found = index.find(hash(path(i)), [&](std::uint32_t value) {
            ++probes;
            return value == i;
        });
        EXPECT_EQ(found, i);
    }
    return static_cast<double>(probes) / paths;
}

TEST(LookupCost, OfAPathIsAFewComparisonsHoweverManyThereAre) {
    EXPECT_EQ(mean_comparisons(1), 1.0);
    // Linear probing at half load: 1.5 expected (Knuth, TAOCP volume 3, section 6.4).
    for (const std::uint32_t paths : {2U, 100U, 1'024U, 65'536U}) EXPECT_LE(mean_comparisons(paths), 1.7) << paths;
}

TEST(FlatIndex, IsEmptyUntilSomethingIsReserved) {
    FlatIndex index;
    index.reserve(0);
    EXPECT_TRUE(index.empty());
    EXPECT_EQ(index.find(1, [](std::uint32_t) { return true; }), FlatIndex::kNone);
}

}  // namespace
}  // namespace fairway::routing
