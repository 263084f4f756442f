// Body bytes of a stream that have arrived: kept in pieces until the reader has taken them.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "proxy/body.hpp"
#include "proxy/io/buffer_pool.hpp"

namespace fairway::proxy::http2 {

class ReceivedBody {
public:
    explicit ReceivedBody(io::BufferPool& buffers) : buffers_(buffers) {}

    /// Pieces that are lent stay as they are.
    void append(std::string_view bytes);

    /// Lends the first pieces, of at least one byte; nothing must be lent, and empty() must be false.
    /// @param ended  nothing more will arrive.
    BodyPieces lend(bool ended);
    /// Drops what was lent. @return its bytes, which make room in the windows.
    std::size_t take_back();

    /// Nothing is there, lent or not.
    bool empty() const noexcept { return chunks_.empty(); }
    /// Nothing is there but what is lent.
    bool all_lent() const noexcept { return chunks_.size() == lent_; }
    /// Bytes ever received.
    std::uint64_t received() const noexcept { return received_; }
    /// Drops everything. @return its bytes, lent ones included.
    std::size_t clear() noexcept;

private:
    struct Chunk {
        io::Buffer buffer;
        std::size_t size = 0;
    };

    io::BufferPool& buffers_;
    std::vector<Chunk> chunks_;
    std::size_t lent_ = 0;  // chunks, from the first
    std::size_t lent_bytes_ = 0;
    std::uint64_t received_ = 0;
    std::array<iovec, 16> pieces_;
};

}  // namespace fairway::proxy::http2
