// Memory for what an API server sends, Secrets among it: overwritten before it is given back.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "k8s-client/objects/arena.hpp"

namespace fairway::k8s {

template <class T>
struct WipingAllocator {
    using value_type = T;
    WipingAllocator() = default;
    template <class U>
    WipingAllocator(const WipingAllocator<U>&) noexcept {}

    T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
    void deallocate(T* memory, std::size_t count) noexcept {
        wipe(memory, count * sizeof(T));
        std::allocator<T>().deallocate(memory, count);
    }
    friend bool operator==(const WipingAllocator&, const WipingAllocator&) noexcept { return true; }
};

/// Short ones live inside of the object and are not wiped: reserve() more than that first.
using WipedString = std::basic_string<char, std::char_traits<char>, WipingAllocator<char>>;

}  // namespace fairway::k8s
