// Response heads from HTTP/2: written as the HTTP/1 text they stand for, so that the parser that judges HTTP/1 judges them
// too. Why: docs/adr/004-http2-heads-through-the-http1-parser.md.
#pragma once

#include <string_view>

#include "proxy/http/message.hpp"
#include "proxy/io/buffer_pool.hpp"

namespace fairway::proxy::http2 {

/// A head that has arrived and is not parsed yet.
struct ResponseText {
    io::Buffer buffer;
    std::size_t size = 0;
    bool end_stream = false;  ///< nothing follows

    /// 1xx: another head follows.
    bool is_interim() const noexcept {
        constexpr std::size_t kStatus = 9;  // behind "HTTP/1.1 "
        return size > kStatus && buffer.data()[kStatus] == '1';
    }
};

/// Of one connection: heads come one after the other, never interleaved (RFC 9113 section 4.3).
class ResponseAssembler {
public:
    explicit ResponseAssembler(io::BufferPool& buffers) : buffers_(buffers) {}

    /// @param max_bytes  of the head as HTTP/1 text.
    void begin(std::size_t max_bytes);
    /// A field or the pseudo-header, in the order received.
    void add(std::string_view name, std::string_view value);
    /// @return a text without bytes when the head is malformed (RFC 9113 section 8.3.2, 8.2.2) or too large.
    ResponseText finish(bool end_stream);

private:
    void add_status(std::string_view value);
    void write(std::string_view text);

    io::BufferPool& buffers_;
    io::Buffer buffer_;
    std::size_t size_ = 0;
    std::size_t max_bytes_ = 0;
    bool refused_ = false;
};

/// Parses `text`. Version::http_2; a body whose length is not announced is `chunked`.
/// @return false when it is not a response as RFC 9112 and RFC 9113 have it.
bool parse_response(const ResponseText& text, std::size_t max_bytes, Method request_method, ResponseHead& head);

}  // namespace fairway::proxy::http2
