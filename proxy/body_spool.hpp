// The bytes of one body: in memory up to a limit, beyond it in a file that has no name. For bodies that are taken in before
// they are passed on; docs/buffering.md.
#pragma once

#include <sys/uio.h>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "proxy/io/buffer_pool.hpp"
#include "proxy/io/descriptor.hpp"

namespace fairway::proxy {

/// Reads and writes of the file block: they go to the page cache, at most 256 KiB at a time.
class BodySpool {
public:
    /// While the bodies of a worker need no more than kFreeMemory in all, each may use kFreeMemoryOfOne without a file.
    static constexpr std::uint64_t kFreeMemoryOfOne = 1ULL << 20;
    static constexpr std::uint64_t kFreeMemory = 64ULL << 20;
    /// In files, by all bodies of the process.
    static constexpr std::uint64_t kMaxFileBytes = 8ULL << 30;

    struct Limits {
        std::uint64_t memory = 0;
        std::uint64_t file = 0;
    };
    BodySpool(io::BufferPool& buffers, Limits limits) : buffers_(buffers), limits_(limits) {}
    ~BodySpool();
    BodySpool(const BodySpool&) = delete;
    BodySpool& operator=(const BodySpool&) = delete;

    /// Copies the pieces to the end. False, and nothing of them is taken: a limit, or the file cannot be written.
    bool append(std::span<const iovec> pieces);
    std::uint64_t size() const noexcept { return memory_bytes_ + file_bytes_; }

    /// Where a reader keeps what it was given; each has one of its own.
    struct Reader {
        std::array<iovec, 8> pieces;
        io::Buffer from_file;
    };
    /// Bytes from `position` on, at least one if there is one; none also when the file cannot be read. Valid until the next
    /// read() with this reader, or clear().
    std::span<iovec> read(std::uint64_t position, Reader& reader);

    /// Forgets everything.
    void clear();

private:
    bool fits_memory(std::uint64_t bytes) const noexcept;
    void append_to_memory(std::string_view bytes);
    bool append_to_file(std::span<const iovec> pieces, std::uint64_t bytes);

    io::BufferPool& buffers_;
    const Limits limits_;
    std::vector<io::Buffer> blocks_;
    std::uint64_t memory_bytes_ = 0;
    std::size_t last_block_used_ = 0;
    std::uint64_t file_bytes_ = 0;
    io::Descriptor file_;
};

}  // namespace fairway::proxy
