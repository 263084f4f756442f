#include "proxy/http2/session_memory.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace fairway::proxy::http2 {

namespace {

using io::PagePool;

constexpr std::size_t kMaxFramePayload = 16384;  // RFC 9113 section 4.2, unless both sides say otherwise; we do not
constexpr std::byte kScribble{0xdb};

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kOnPages = false;  // AddressSanitizer watches the ends of what malloc() gave, not of pages
#else
constexpr bool kOnPages = true;
#endif

std::size_t whole_pages(std::size_t size) { return (size + PagePool::kPage - 1) / PagePool::kPage * PagePool::kPage; }

}  // namespace

SessionMemory::~SessionMemory() {
    if (block_ != nullptr) pool_.give_back(block_);
}

// A table that grew leaves its old pages unused until the session ends; there is one size that fits and few sessions with
// more than a hundred streams.
void* SessionMemory::allocate_zeroed(std::size_t size) {
    if (!kOnPages || size < PagePool::kPage || used_ + whole_pages(size) > PagePool::kBlock)
        return std::calloc(1, size);
    if (block_ == nullptr) block_ = pool_.take();
    std::byte* const memory = block_ + used_;
    used_ += whole_pages(size);
    return memory;
}

void* SessionMemory::allocate(std::size_t size) {
    if (size < PagePool::kPage) return std::malloc(size);
    void* const memory = allocate_zeroed(size);
    if (size > kMaxFramePayload && frame_buffer_.empty()) frame_buffer_ = {static_cast<std::byte*>(memory), size};
    return memory;
}

void SessionMemory::release(void* memory) noexcept {
    if (memory == frame_buffer_.data()) frame_buffer_ = {};
    if (!on_pages(memory)) std::free(memory);
}

void* SessionMemory::resize(void* memory, std::size_t size) {
    if (memory == nullptr) return allocate(size);  // which is how nghttp2 makes its frame buffer
    if (!on_pages(memory)) return std::realloc(memory, size);
    void* const moved = std::malloc(size);
    const auto* const from = static_cast<const std::byte*>(memory);
    if (moved != nullptr) std::memcpy(moved, from, std::min<std::size_t>(size, block_ + used_ - from));
    return moved;
}

bool SessionMemory::on_pages(const void* memory) const noexcept {
    return block_ != nullptr && memory >= block_ && memory < block_ + used_;
}

void SessionMemory::trim() noexcept {
    // Neighbours that can go together go in one call.
    std::byte* from = block_;
    std::byte* to = block_;
    for (std::byte* page = block_; page != block_ + used_; page += PagePool::kPage) {
        const bool dead = page >= frame_buffer_.data() && page < frame_buffer_.data() + frame_buffer_.size();
        if (!dead && !std::all_of(page, page + PagePool::kPage, [](std::byte b) { return b == std::byte{}; })) {
            if (from != to) PagePool::drop({from, to});
            from = page + PagePool::kPage;
        }
        to = page + PagePool::kPage;
    }
    if (from != to) PagePool::drop({from, to});
}

void SessionMemory::scribble() noexcept { std::ranges::fill(frame_buffer_, kScribble); }

}  // namespace fairway::proxy::http2
