// The body that a stream sends: waits where its owner keeps it until frames take it.
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <span>

#include "proxy/http/field.hpp"

namespace fairway::proxy::http2 {

class FrameConnection;

class OutgoingBody {
public:
    OutgoingBody(FrameConnection& connection, std::int32_t stream) : connection_(connection), stream_(stream) {}

    /// These bytes are next. They stay where they are until sent(), or until stop().
    /// @param trailers  end the body when it is the `last` of it; may be null or empty.
    void begin(std::span<const iovec> pieces, bool last, const FieldList* trailers);
    /// There is no body: a head that ends the stream was submitted. sent() once head_framed() was called and it has left.
    void begin_head() noexcept;
    void head_framed() noexcept;
    /// No frame takes any more of it. What frames have taken already is copied.
    void stop();

    /// For nghttp2's data source: how much the next DATA frame takes.
    /// @return nghttp2's convention: a length, or NGHTTP2_ERR_DEFERRED.
    std::ptrdiff_t next_frame(std::size_t room, std::uint32_t& flags);
    /// Queues that many bytes behind a frame header.
    void queue(std::size_t size);

    /// Frames have taken everything, and everything up to `position` of the connection's output has left.
    bool sent(std::uint64_t position) const noexcept { return !pending_ && position_ <= position; }

    void set_stream(std::int32_t stream) noexcept { stream_ = stream; }

private:
    void submit_trailers();

    FrameConnection& connection_;
    std::int32_t stream_;
    std::span<const iovec> pieces_;
    std::size_t offset_ = 0;  // in the first of pieces_
    std::size_t left_ = 0;
    std::uint64_t position_ = 0;  // of the output, behind the last byte that a frame has taken
    const FieldList* trailers_ = nullptr;
    bool last_ = false;
    bool pending_ = false;  // frames have not taken everything yet
    bool head_ = false;     // what they have not taken is a head
};

}  // namespace fairway::proxy::http2
