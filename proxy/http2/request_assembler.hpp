// Request heads from HTTP/2: fields are written as the HTTP/1 text they stand for, and judged by the parser that judges
// HTTP/1. What that parser refuses would be ambiguous to an endpoint, so nothing of it is ever forwarded.
// Why: docs/adr/004-http2-heads-through-the-http1-parser.md.
#pragma once

#include <string>
#include <string_view>

#include "proxy/http1/head_parser.hpp"
#include "proxy/io/buffer_pool.hpp"

namespace fairway::proxy::http2 {

struct AssembledHead {
    http1::HeadError error = http1::HeadError::none;
    io::Buffer buffer;              ///< what `head` points into
    std::string_view request_line;  ///< "GET / HTTP/2.0"
};

/// Of one connection: heads come one after the other, never interleaved (RFC 9113 section 4.3).
/// An extended CONNECT (RFC 8441) for the protocol websocket stands for the handshake of RFC 6455: GET with Upgrade, and
/// with a key of ours in place of the client's.
class RequestAssembler {
public:
    explicit RequestAssembler(io::BufferPool& buffers) : buffers_(buffers) {}

    /// @param max_bytes  of the head as HTTP/1 text.
    void begin(std::size_t max_bytes);
    /// A field or pseudo-header, in the order received; pseudo-headers come first.
    void add(std::string_view name, std::string_view value);
    /// @param end_stream  no body follows.
    /// @param head        points into the result's buffer. Version::http_2; a body of unannounced length is `chunked`.
    AssembledHead finish(bool end_stream, const http1::HeadLimits& limits, const http1::FieldNameRules& names,
                         RequestHead& head);

private:
    void add_pseudo(std::string_view name, std::string_view value);
    void add_cookie(std::string_view crumb);
    void add_host(std::string_view value);
    void write_request_line();
    http1::HeadError judge_connect() const;
    void write_handshake();
    void write_field(std::string_view name, std::string_view value);
    void write(std::string_view text);
    void refuse(http1::HeadError error) noexcept;

    io::BufferPool& buffers_;
    io::Buffer buffer_;
    std::size_t size_ = 0;
    std::size_t max_bytes_ = 0;
    http1::HeadError error_ = http1::HeadError::none;
    bool line_written_ = false;
    bool has_scheme_ = false;
    bool extended_connect_ = false;  // a WebSocket, by RFC 8441
    bool trailers_accepted_ = false;
    std::string method_;
    std::string protocol_;
    std::string path_;
    std::string authority_;
    std::string host_;
    std::string cookie_;
};

}  // namespace fairway::proxy::http2
