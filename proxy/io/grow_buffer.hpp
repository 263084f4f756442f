// Text that is gathered in a buffer: a small one at first, a large one when it grows.
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

#include "proxy/io/buffer_pool.hpp"

namespace fairway::proxy::io {

/// Puts `text` behind the `size` bytes of `buffer`. All of them together fit into a large buffer.
inline void append(Buffer& buffer, std::size_t& size, std::string_view text, BufferPool& buffers) {
    if (size + text.size() > buffer.size()) {
        Buffer larger = buffers.large();
        std::memcpy(larger.data(), buffer.data(), size);
        buffer = std::move(larger);
    }
    std::memcpy(buffer.data() + size, text.data(), text.size());
    size += text.size();
}

}  // namespace fairway::proxy::io
