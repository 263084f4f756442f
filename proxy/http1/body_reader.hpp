// Reads the body of an HTTP/1 message from a connection, by whatever framing its head announced. Never waits.
#pragma once

#include <array>

#include "proxy/body.hpp"
#include "proxy/http/message.hpp"
#include "proxy/http1/chunked.hpp"
#include "proxy/http1/head_parser.hpp"
#include "proxy/http1/input_window.hpp"
#include "proxy/io/connection.hpp"

namespace fairway::proxy::http1 {

class BodyReader {
public:
    /// The window holds what was received behind the head, and must outlive the reader like the connection.
    void start(io::Connection& connection, InputWindow& window, io::BufferPool& buffers, Framing framing,
               std::uint64_t content_length, const HeadLimits& trailer_limits);

    /// The next bytes. After `need_input` the caller waits until the connection can be read, and asks again.
    BodyPieces poll();

    bool complete() const noexcept { return complete_; }
    std::uint64_t bytes_read() const noexcept { return bytes_read_; }
    /// Trailer fields; views into the window, valid until it is used for something else.
    const FieldList& trailers() const noexcept { return trailers_; }

private:
    BodyPieces poll_window();
    BodyPieces poll_counted();
    BodyPieces poll_chunked();
    BodyPieces poll_until_close();
    BodyPieces poll_trailers();
    BodyPieces give(std::string_view data, bool last);
    BodyPieces finish(BodyStatus status);
    void make_room();

    io::Connection* connection_ = nullptr;
    InputWindow* window_ = nullptr;
    io::BufferPool* buffers_ = nullptr;
    HeadLimits trailer_limits_;
    Framing framing_ = Framing::none;
    std::uint64_t remaining_ = 0;
    std::uint64_t bytes_read_ = 0;
    bool complete_ = false;
    bool in_trailers_ = false;
    ChunkedDecoder chunks_;
    std::size_t trailers_scanned_ = 0;
    FieldList trailers_;
    std::array<iovec, 16> pieces_;
};

}  // namespace fairway::proxy::http1
