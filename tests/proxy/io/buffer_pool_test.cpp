#include "proxy/io/buffer_pool.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <set>
#include <vector>

#include "proxy/io/frame_pool.hpp"

namespace fairway::proxy::io {
namespace {

TEST(BufferPool, LendsTwoSizes) {
    BufferPool pool;
    EXPECT_EQ(pool.small().size(), BufferPool::kSmall);
    EXPECT_EQ(pool.large().size(), BufferPool::kLarge);
    const Buffer none;
    EXPECT_FALSE(static_cast<bool>(none));
    EXPECT_EQ(none.size(), 0u);
}

TEST(BufferPool, UsesWhatCameBack) {
    BufferPool pool;
    const char* first = pool.small().data();
    const Buffer again = pool.small();
    EXPECT_EQ(again.data(), first);
    const Buffer other = pool.small();
    EXPECT_NE(other.data(), first);
}

TEST(BufferPool, MovingHandsTheBlockOver) {
    BufferPool pool;
    Buffer one = pool.small();
    const char* data = one.data();
    Buffer two = std::move(one);
    EXPECT_FALSE(static_cast<bool>(one));  // NOLINT: what is left of it is specified
    EXPECT_EQ(two.data(), data);
    two = pool.large();
    EXPECT_EQ(pool.small().data(), data) << "given back when replaced";
}

TEST(BufferPool, LendsEachBlockOnce) {
    BufferPool pool;
    std::set<const char*> lent;
    std::vector<Buffer> held;
    for (int i = 0; i < 600; ++i) {
        held.push_back(pool.small());
        EXPECT_TRUE(lent.insert(held.back().data()).second);
    }
    held.clear();  // more than it keeps: the rest goes back to the system
    for (int i = 0; i < 600; ++i) held.push_back(pool.small());
    EXPECT_EQ(held.size(), 600u);
}

TEST(FramePool, FramesAreAlignedAndApart) {
    std::set<void*> frames;
    for (const std::size_t size : {1u, 64u, 65u, 1000u, 4096u, 4097u, 100'000u}) {
        void* frame = allocate_frame(size);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(frame) % alignof(std::max_align_t), 0u);
        std::memset(frame, 0xff, size);
        EXPECT_TRUE(frames.insert(frame).second);
        free_frame(frame, size);
        frames.clear();
    }
}

}  // namespace
}  // namespace fairway::proxy::io
