// Blocks of whole memory pages, for what is large, seldom filled and idle for long: a page costs memory from when it is
// first written until it is dropped.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace fairway::proxy::io {

/// Of one worker. Address space is taken from the system in slabs and never given back; memory is.
class PagePool {
public:
    static constexpr std::size_t kPage = 4096;          ///< bytes; a system with larger pages keeps more of a block
    static constexpr std::size_t kBlock = 6 * kPage;    ///< bytes
    static constexpr std::size_t kBlocksPerSlab = 128;  ///< so that a process has few mappings, however many blocks

    PagePool() = default;
    ~PagePool();
    PagePool(const PagePool&) = delete;
    PagePool& operator=(const PagePool&) = delete;

    /// kBlock bytes of zeros. Throws std::bad_alloc.
    std::byte* take();
    void give_back(std::byte* block) noexcept;
    /// Gives the memory of whole pages of a block back: they read as zeros, and are there again when written to.
    static void drop(std::span<std::byte> pages) noexcept;

private:
    void add_slab();

    std::vector<std::byte*> slabs_;
    std::vector<std::byte*> free_;
};

}  // namespace fairway::proxy::io
