#include "proxy/http2/session_memory.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string_view>

namespace fairway::proxy::http2 {
namespace {

constexpr std::size_t kFrame = 16394;  // what nghttp2 asks for: a frame of 16 KiB, its header and a pad length

class SessionMemoryTest : public testing::Test {
protected:
    char* allocate(std::size_t size) { return static_cast<char*>(functions.malloc(size, functions.mem_user_data)); }
    char* allocate_zeroed(std::size_t size) {
        return static_cast<char*>(functions.calloc(1, size, functions.mem_user_data));
    }
    char* resize(char* block, std::size_t size) {
        return static_cast<char*>(functions.realloc(block, size, functions.mem_user_data));
    }
    void release(char* block) { functions.free(block, functions.mem_user_data); }

    io::PagePool pool;
    SessionMemory memory{pool};
    const nghttp2_mem& functions = *memory.allocator();
};

TEST_F(SessionMemoryTest, TrimKeepsWhatIsNotZero) {
    char* const table = allocate_zeroed(4096);
    char* const small = allocate(100);
    char* const frame = resize(nullptr, kFrame);
    std::strcpy(table + 100, "stream 1");
    std::strcpy(small, "small");
    memory.trim();
    EXPECT_EQ(std::string_view(table + 100), "stream 1");
    EXPECT_EQ(std::string_view(small), "small");
    std::memset(table, 0, 4096);
    memory.trim();
    EXPECT_EQ(table[100], 0);
    std::memset(frame, 'x', kFrame);  // and it can be used again
    std::memset(table, 'y', 4096);
    EXPECT_EQ(frame[0], 'x');
    for (char* block : {table, small, frame}) release(block);
}

TEST_F(SessionMemoryTest, WhatGrowsKeepsItsContent) {
    char* table = allocate_zeroed(4096);
    std::strcpy(table, "streams");
    table = resize(table, 8192);
    EXPECT_EQ(std::string_view(table), "streams");
    std::memset(table, 'z', 8192);
    table = resize(table, 40000);
    EXPECT_EQ(std::string_view(table, 8192), std::string(8192, 'z'));
    release(table);
}

TEST_F(SessionMemoryTest, TakesMoreThanItsPagesHold) {
    char* blocks[8];
    for (char*& block : blocks) std::memset(block = allocate(kFrame), 'a' + static_cast<int>(&block - blocks), kFrame);
    for (char*& block : blocks) EXPECT_EQ(block[kFrame - 1], 'a' + (&block - blocks));
    for (char* block : blocks) release(block);
}

}  // namespace
}  // namespace fairway::proxy::http2
