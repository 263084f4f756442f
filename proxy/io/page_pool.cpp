#include "proxy/io/page_pool.hpp"

#include <sys/mman.h>

#include <cstring>
#include <new>

namespace fairway::proxy::io {

namespace {

constexpr std::size_t kSlab = PagePool::kBlock * PagePool::kBlocksPerSlab;

}  // namespace

PagePool::~PagePool() {
    for (std::byte* slab : slabs_) ::munmap(slab, kSlab);
}

std::byte* PagePool::take() {
    if (free_.empty()) add_slab();
    std::byte* block = free_.back();
    free_.pop_back();
    return block;
}

void PagePool::give_back(std::byte* block) noexcept {
    drop({block, kBlock});
    free_.push_back(block);  // there is room: add_slab() reserved it
}

void PagePool::drop(std::span<std::byte> pages) noexcept {
    // Fails where pages are larger than ours, or locked: then they are cleared, which is the other half of the promise.
    if (::madvise(pages.data(), pages.size(), MADV_DONTNEED) != 0) std::memset(pages.data(), 0, pages.size());
}

void PagePool::add_slab() {
    free_.reserve((slabs_.size() + 1) * kBlocksPerSlab);
    slabs_.reserve(slabs_.size() + 1);
    void* const mapped = ::mmap(nullptr, kSlab, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    ::madvise(mapped, kSlab, MADV_NOHUGEPAGE);  // one written byte must not cost 2 MiB
    slabs_.push_back(static_cast<std::byte*>(mapped));
    for (std::size_t i = kBlocksPerSlab; i-- > 0;) free_.push_back(slabs_.back() + i * kBlock);
}

}  // namespace fairway::proxy::io
