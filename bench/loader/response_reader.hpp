// Follows one HTTP/1.1 response through the bytes of a connection: where it ends and what it said.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fairway::bench {

class ResponseReader {
public:
    enum class Progress { more, complete, malformed };

    /// Forgets the last response.
    void reset();

    /// Takes the next bytes. Bytes after the end of the response are malformed: the loader does not pipeline.
    Progress feed(std::string_view bytes);

    /// Whether any byte of the response has come.
    bool started() const { return started_; }
    int status() const { return status_; }
    /// The server said that it closes the connection after this response.
    bool server_closes() const { return server_closes_; }
    std::size_t body_bytes() const { return body_bytes_; }

private:
    enum class Phase { head, sized_body, chunk_size, chunk_data, trailer, complete };

    Progress read_head();
    Progress read_chunks(std::string_view bytes);
    bool read_chunk_line(std::string_view line);

    Phase phase_ = Phase::head;
    std::string text_;  // an unfinished head or chunk line
    std::size_t left_ = 0;
    std::size_t body_bytes_ = 0;
    int status_ = 0;
    bool started_ = false;
    bool server_closes_ = false;
};

}  // namespace fairway::bench
