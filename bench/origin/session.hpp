// One connection of the origin: reads requests, throws their bodies away, answers each with a body chosen by its path.
#pragma once

#include <deque>
#include <span>
#include <string>
#include <string_view>

#include "net/poller.hpp"
#include "net/socket.hpp"

namespace fairway::bench {

/// The answers, complete with head, built once and shared by all sessions.
struct Answers {
    /// @param name  goes out as the X-Origin field, so that a client can see which origin answered.
    explicit Answers(std::string_view name);

    /// By the end of the path: "/64k", "/1m"; any other gets 1 KB. An upload (PUT, POST) gets two bytes.
    const std::string& for_request(std::string_view method, std::string_view path) const;

    std::string small, medium, large, upload;
};

/// HTTP/1.1 keep-alive, request bodies by Content-Length only. A request it cannot read closes the connection, which
/// shows as a failed request in the run: the origin serves measured traffic, not strangers.
class Session {
public:
    Session(Fd socket, const Answers& answers) : socket_(std::move(socket)), answers_(answers) {}

    /// Reads and writes what it can. False when the connection is over and the session should go.
    bool on_ready(Poller& poller, std::uint32_t events, std::span<char> scratch);
    int fd() const { return socket_.get(); }

private:
    bool consume(std::string_view bytes);
    bool take_head(std::string_view head);
    bool flush(Poller& poller);

    Fd socket_;
    const Answers& answers_;
    std::string partial_head_;
    std::size_t body_left_ = 0;
    const std::string* current_ = nullptr;  // the answer to send once the request body is in
    std::deque<const std::string*> due_;    // answers to send, several when requests came pipelined
    std::size_t sent_of_first_ = 0;
    bool waits_for_room_ = false;
};

}  // namespace fairway::bench
