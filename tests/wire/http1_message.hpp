// Reads one HTTP/1 message off a connection of a test, by RFC 9112's rules for its length.
#pragma once

#include "wire/any_peer.hpp"

namespace fairway::wire {

class Http1Message {
public:
    /// @param socket  must outlive this.
    explicit Http1Message(Socket& socket) : socket_(socket) {}

    /// Start line and fields; once. Skips interim responses.
    void read_head();
    bool has_head() const noexcept { return !start_line_.empty(); }
    const std::string& start_line() const noexcept { return start_line_; }
    /// More of the body, until there are `bytes` of it in all or the message has ended. @return all of it so far.
    const std::string& read_body(std::size_t bytes);
    /// @param bodiless  a response to HEAD, or a 304.
    Received read_rest(bool bodiless = false);

private:
    void read_chunk();
    void add_field(std::string_view line, Http2Fields& fields);

    Socket& socket_;
    std::string start_line_;
    Received message_;
    bool chunked_ = false;
};

/// "name: value\r\n" for each.
std::string field_lines(const Http2Fields& fields);
/// Sorted, without Date and what frames a message or belongs to the connection.
Http2Fields end_to_end(Http2Fields fields);

}  // namespace fairway::wire
