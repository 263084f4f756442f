#include "proxy/io/page_pool.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <set>

namespace fairway::proxy::io {
namespace {

bool all_zero(const std::byte* block) {
    return std::all_of(block, block + PagePool::kBlock, [](std::byte b) { return b == std::byte{}; });
}

/// Pages of the block that memory was spent on.
std::size_t resident_pages(std::byte* block) {
    unsigned char resident[PagePool::kBlock / PagePool::kPage] = {};
    EXPECT_EQ(::mincore(block, PagePool::kBlock, resident), 0);
    return static_cast<std::size_t>(
        std::ranges::count_if(resident, [](unsigned char page) { return (page & 1) != 0; }));
}

TEST(PagePool, GivesZerosThatCostNothingUntilWritten) {
    PagePool pool;
    std::byte* const block = pool.take();
    EXPECT_EQ(resident_pages(block), 0u);
    block[PagePool::kPage] = std::byte{1};
    EXPECT_EQ(resident_pages(block), 1u);
    PagePool::drop({block + PagePool::kPage, PagePool::kPage});
    EXPECT_EQ(resident_pages(block), 0u);
    EXPECT_TRUE(all_zero(block));
}

TEST(PagePool, UsesAgainWhatCameBackAndClearsIt) {
    PagePool pool;
    std::byte* const block = pool.take();
    std::fill_n(block, PagePool::kBlock, std::byte{7});
    pool.give_back(block);
    EXPECT_EQ(pool.take(), block);
    EXPECT_TRUE(all_zero(block));
}

TEST(PagePool, GoesOnWithAnotherSlab) {
    PagePool pool;
    std::set<std::byte*> blocks;
    for (std::size_t i = 0; i < 3 * PagePool::kBlocksPerSlab; ++i) {
        blocks.insert(pool.take());
        **blocks.rbegin() = std::byte{1};
    }
    EXPECT_EQ(blocks.size(), 3 * PagePool::kBlocksPerSlab);
    for (std::byte* block : blocks) pool.give_back(block);
    for (std::size_t i = 0; i < blocks.size(); ++i) EXPECT_TRUE(blocks.contains(pool.take()));
}

}  // namespace
}  // namespace fairway::proxy::io
