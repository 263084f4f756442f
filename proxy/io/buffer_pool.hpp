// I/O buffers of one worker. A connection takes one when bytes arrive and gives it back when they are gone, so memory
// grows with what is in flight and not with what is open.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace fairway::proxy::io {

class BufferPool;

/// A block of memory on loan from a BufferPool; empty when default-made or moved from.
class Buffer {
public:
    Buffer() noexcept = default;
    Buffer(Buffer&& other) noexcept { swap(other); }
    Buffer& operator=(Buffer&& other) noexcept {
        Buffer(std::move(other)).swap(*this);
        return *this;
    }
    ~Buffer();

    char* data() noexcept { return data_; }
    const char* data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }
    std::span<char> span() noexcept { return {data_, size_}; }
    explicit operator bool() const noexcept { return data_ != nullptr; }

private:
    friend class BufferPool;
    Buffer(BufferPool& pool, char* data, std::size_t size) noexcept : pool_(&pool), data_(data), size_(size) {}
    void swap(Buffer& other) noexcept {
        std::swap(pool_, other.pool_);
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
    }

    BufferPool* pool_ = nullptr;
    char* data_ = nullptr;
    std::size_t size_ = 0;
};

/// Two sizes: for heads and small bodies, and for bodies that fill the small one.
class BufferPool {
public:
    static constexpr std::size_t kSmall = 16 * 1024;
    static constexpr std::size_t kLarge = 256 * 1024;
    static constexpr std::size_t kMaxIdleBytesPerSize = 8 * 1024 * 1024;  ///< more than that goes back to the system
    /// For bodies: when so many large ones are out, slow readers are what holds them, and small ones must do.
    static constexpr std::size_t kMaxLargeForBodies = 512;

    BufferPool() = default;
    ~BufferPool();
    BufferPool(const BufferPool&) = delete;
    BufferPool& operator=(const BufferPool&) = delete;

    Buffer small() { return take(free_small_, kSmall); }
    Buffer large() {
        ++large_in_use_;
        return take(free_large_, kLarge);
    }
    /// Large as long as there are not too many in use.
    Buffer for_body() { return large_in_use_ < kMaxLargeForBodies ? large() : small(); }

private:
    friend class Buffer;
    Buffer take(std::vector<char*>& free, std::size_t size);
    void give_back(char* data, std::size_t size) noexcept;

    std::vector<char*> free_small_;
    std::vector<char*> free_large_;
    std::size_t large_in_use_ = 0;
};

}  // namespace fairway::proxy::io
