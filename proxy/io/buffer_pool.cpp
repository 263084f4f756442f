#include "proxy/io/buffer_pool.hpp"

#include <new>

namespace fairway::proxy::io {

Buffer::~Buffer() {
    if (data_ != nullptr) pool_->give_back(data_, size_);
}

BufferPool::~BufferPool() {
    for (char* block : free_small_) ::operator delete(block);
    for (char* block : free_large_) ::operator delete(block);
}

Buffer BufferPool::take(std::vector<char*>& free, std::size_t size) {
    if (free.empty()) return {*this, static_cast<char*>(::operator new(size)), size};
    char* block = free.back();
    free.pop_back();
    return {*this, block, size};
}

void BufferPool::give_back(char* data, std::size_t size) noexcept {
    if (size == kLarge) --large_in_use_;
    auto& free = size == kSmall ? free_small_ : free_large_;
    if ((free.size() + 1) * size > kMaxIdleBytesPerSize) return ::operator delete(data);
    if (free.capacity() == free.size()) free.reserve(kMaxIdleBytesPerSize / size);
    free.push_back(data);
}

}  // namespace fairway::proxy::io
