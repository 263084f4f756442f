// The head of a CGI response (RFC 3875 section 6): written as the HTTP/1 text it stands for, so that the parser that judges
// HTTP/1 judges it too, as docs/adr/004-http2-heads-through-the-http1-parser.md has it for HTTP/2.
#pragma once

#include <string_view>

#include "proxy/http1/head_parser.hpp"
#include "proxy/io/buffer_pool.hpp"

namespace fairway::proxy::fastcgi {

/// Lines may end with CRLF or LF, as applications write both.
class ResponseHeadReader {
public:
    explicit ResponseHeadReader(io::BufferPool& buffers) : buffers_(buffers) {}

    /// Takes no buffer before the first byte has come.
    void begin(const http1::HeadLimits& limits);

    enum class Progress : std::uint8_t { incomplete, complete, too_large };
    struct Taken {
        Progress progress;
        std::size_t bytes;  ///< of `output`, that belong to the head
    };
    Taken take(std::string_view output);

    /// After `complete`. The status is that of the field Status, which is taken out, else 302 with Location and 200 without,
    /// as nginx has it. A body whose length is not announced is `chunked`; what Transfer-Encoding says means nothing here.
    /// @return false when RFC 9112 allows no such response, or the status is none of a final one.
    bool parse(Method request_method, ResponseHead& head);
    /// What the views of a parsed head point into.
    io::Buffer keep() noexcept { return std::move(buffer_); }

private:
    void begin_text();
    bool append(std::string_view text);
    std::string_view text() const noexcept { return {buffer_.data(), size_}; }

    io::BufferPool& buffers_;
    http1::HeadLimits limits_;
    io::Buffer buffer_;
    std::size_t size_ = 0;
    std::size_t line_ = 0;  ///< where the line that is being read begins
};

}  // namespace fairway::proxy::fastcgi
