// Memory of one nghttp2 session: its two large tables live on pages that an idle connection can do without.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstddef>
#include <span>

#include "proxy/io/page_pool.hpp"

namespace fairway::proxy::http2 {

/// nghttp2 takes a table of streams (4 KiB) and a frame buffer (16 KiB) for each session and keeps them for its life. When
/// no stream is open the one is all zeros and the other is not read again, so trim() gives their pages back.
/// Numbers: docs/http2.md.
class SessionMemory {
public:
    explicit SessionMemory(io::PagePool& pool) noexcept : pool_(pool) {}
    ~SessionMemory();
    SessionMemory(const SessionMemory&) = delete;
    SessionMemory& operator=(const SessionMemory&) = delete;

    /// For nghttp2_session_server_new3() and its kin. This object must outlive the session.
    nghttp2_mem* allocator() noexcept { return &functions_; }

    /// Only when nghttp2 has nothing to send. The memory comes back by itself at the next use.
    void trim() noexcept;
    /// Writes over what trim() relies on nobody reading, so that a build of developers notices when nghttp2 starts to.
    void scribble() noexcept;

private:
    void* allocate(std::size_t size);
    void* allocate_zeroed(std::size_t size);
    void release(void* memory) noexcept;
    void* resize(void* memory, std::size_t size);
    bool on_pages(const void* memory) const noexcept;

    io::PagePool& pool_;
    std::byte* block_ = nullptr;
    std::size_t used_ = 0;  ///< bytes of block_, in whole pages
    std::span<std::byte> frame_buffer_;
    nghttp2_mem functions_{
        .mem_user_data = this,
        .malloc = [](std::size_t size, void* self) { return static_cast<SessionMemory*>(self)->allocate(size); },
        .free = [](void* memory, void* self) { static_cast<SessionMemory*>(self)->release(memory); },
        .calloc = [](std::size_t count, std::size_t size,
                     void* self) { return static_cast<SessionMemory*>(self)->allocate_zeroed(count * size); },
        .realloc = [](void* memory, std::size_t size,
                      void* self) { return static_cast<SessionMemory*>(self)->resize(memory, size); },
    };
};

}  // namespace fairway::proxy::http2
