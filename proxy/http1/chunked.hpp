// Transfer-coding chunked (RFC 9112 section 7.1), sans I/O.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fairway::proxy::http1 {

/// Decodes chunked framing piece by piece, without copying: next() gives the next run of body bytes inside the bytes it
/// was shown. Strict: CRLF only, hexadecimal size of at most 15 digits, extensions skipped but bounded and free of
/// control bytes, no white space before the size.
class ChunkedDecoder {
public:
    enum class State : std::uint8_t {
        more,      ///< everything shown was used; show more
        data,      ///< `data` is body
        trailers,  ///< the last chunk was read; a trailer section follows (parse_trailers reads it from here)
        error,
    };
    struct Step {
        State state = State::more;
        std::string_view data;
        std::size_t consumed = 0;  ///< bytes of `input` used, `data` included
    };
    /// Shows the decoder the bytes that follow those consumed so far.
    Step next(std::string_view input) noexcept;

    static constexpr std::size_t kMaxExtensionBytes = 4096;  ///< per chunk line

private:
    enum class Position : std::uint8_t { size_start, size, extension, size_lf, data, data_cr, data_lf, done, failed };
    Position position_ = Position::size_start;
    std::uint64_t remaining_ = 0;
    std::uint32_t line_bytes_ = 0;
    std::uint8_t digits_ = 0;
};

/// "1f4\r\n" for a chunk of that many bytes, into `out`; the caller sends the bytes and then "\r\n".
std::string_view chunk_head(std::uint64_t size, std::array<char, 20>& out) noexcept;

}  // namespace fairway::proxy::http1
