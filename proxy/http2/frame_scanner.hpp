// Where DATA frames begin in what a client sends. nghttp2 drops DATA of streams that it has forgotten without a word to
// us, so the session looks at each one before nghttp2 does.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fairway::proxy::http2 {

class FrameScanner {
public:
    struct Found {
        std::size_t bytes = 0;         ///< scanned; with a stream, the last of them completes its DATA frame's header
        std::int32_t data_stream = 0;  ///< 0: the input ended before a DATA frame
    };
    /// @param input  what follows the bytes of the last call.
    Found scan(std::string_view input) noexcept;

private:
    static constexpr std::size_t kPreface = 24;     // RFC 9113 section 3.4
    static constexpr std::size_t kFrameHeader = 9;  // section 4.1

    std::size_t skip_ = kPreface;
    std::array<std::uint8_t, kFrameHeader> header_;
    std::size_t header_bytes_ = 0;
};

}  // namespace fairway::proxy::http2
