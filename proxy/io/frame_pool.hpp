// Memory of coroutine frames: free lists by size, one set for each thread. A request starts a handful of coroutines
// whose frames have the same few sizes, so almost every frame is one that an earlier request gave back.
#pragma once

#include <cstddef>

namespace fairway::proxy::io {

/// At least `size` bytes, aligned for any type. Give back with free_frame() on the same thread or any other.
void* allocate_frame(std::size_t size);
void free_frame(void* frame, std::size_t size) noexcept;

}  // namespace fairway::proxy::io
