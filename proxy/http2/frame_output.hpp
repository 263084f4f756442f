// Frames on their way to a connection: frame headers and small frames by copy, body bytes where they are.
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "proxy/http/out_buffer.hpp"

namespace fairway::proxy::http2 {

class FrameOutput {
public:
    void append(std::string_view bytes);
    /// @param bytes  stay where they are until sent() has reached queued() as it is after the call.
    void append_in_place(std::string_view bytes);

    /// Copies what is queued in place: its owner cannot keep it any longer.
    void copy_in_place();

    std::size_t pending() const noexcept { return static_cast<std::size_t>(queued_ - sent_); }
    bool empty() const noexcept { return pending() == 0; }
    /// Bytes ever queued, and ever sent.
    std::uint64_t queued() const noexcept { return queued_; }
    std::uint64_t sent() const noexcept { return sent_; }

    /// The next bytes to send, as far as `into` has room for their pieces; valid until anything is appended.
    std::span<const iovec> front(std::span<iovec> into) const;
    /// That many bytes of front() have left.
    void advance(std::size_t count);
    /// Gives memory back; only when empty.
    void release() noexcept { *this = FrameOutput(queued_, sent_); }
    FrameOutput() = default;

private:
    FrameOutput(std::uint64_t queued, std::uint64_t sent) : queued_(queued), sent_(sent) {}

    struct Segment {
        const char* in_place = nullptr;  ///< null: in copied_
        std::size_t offset = 0;          ///< in copied_
        std::size_t size = 0;
    };
    OutBuffer copied_;
    std::vector<Segment> segments_;
    std::size_t first_ = 0;  ///< segment that is being sent
    std::uint64_t queued_ = 0;
    std::uint64_t sent_ = 0;
};

}  // namespace fairway::proxy::http2
