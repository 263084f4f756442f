#include "k8s-client/objects/arena.hpp"

#include <string.h>  // explicit_bzero

#include <algorithm>
#include <cstring>

namespace fairway::k8s {

namespace {

constexpr std::size_t kBlockBytes = 64 * 1024;  // holds the tree of nearly every object

}  // namespace

void wipe(void* memory, std::size_t bytes) noexcept { explicit_bzero(memory, bytes); }

void wipe(std::string& text) noexcept {
    // What lies between size and capacity may be left from a longer value; growing to the capacity never reallocates.
    text.resize(text.capacity());
    wipe(text.data(), text.size());
    text.clear();
}

std::string_view Arena::copy(std::string_view text) {
    if (text.empty()) return {};
    auto* memory = static_cast<char*>(allocate(text.size(), 1));
    std::memcpy(memory, text.data(), text.size());
    return {memory, text.size()};
}

void* Arena::allocate(std::size_t bytes, std::size_t alignment) {
    if (!blocks_.empty()) {
        auto& block = blocks_.back();
        const auto start = (block.used + alignment - 1) / alignment * alignment;
        if (start <= block.size && bytes <= block.size - start) {
            block.used = start + bytes;
            return block.memory.get() + start;
        }
    }
    auto& block = blocks_.emplace_back();
    block.size = std::max(kBlockBytes, bytes);
    block.memory.reset(new std::byte[block.size]);  // not value-initialised: it is about to be written
    block.used = bytes;
    return block.memory.get();
}

void Arena::reset() noexcept {
    for (auto& block : blocks_) {
        wipe(block.memory.get(), block.used);
        block.used = 0;
    }
    if (blocks_.size() > 1) blocks_.resize(1);
    if (!blocks_.empty() && blocks_.front().size > kBlockBytes) blocks_.clear();
}

}  // namespace fairway::k8s
