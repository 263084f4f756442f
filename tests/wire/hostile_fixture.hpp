// What the tests about hostile peers share: time-outs of a second, heads that are known byte for byte, and ways to ask
// what a peer was sent in all.
#pragma once

#include "wire/wire_fixture.hpp"

namespace fairway::wire {

inline constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
/// Rides behind a request that must end its connection. Nobody may ever see it or an answer to it.
inline constexpr std::string_view kPoison = "GET /poison HTTP/1.1\r\nHost: poison.example\r\n\r\n";

/// Requests get no X-Request-ID, so that their heads are the same in every run.
class HostileTest : public WireTest {
protected:
    HostileTest();

    /// The request head that the endpoint gets: request line, Host, `connection` lines, what the proxy says about the
    /// client, then `fields` (lines of the client that pass, and the framing).
    std::string forwarded(std::string_view request_line, std::string_view host, std::string_view fields = "",
                          std::string_view connection = "") const;
    /// Sends `request`, and gives what the client receives until its connection ends.
    std::string answer_to(std::string_view request);
    /// Returns when the workers have dealt with all that was sent to them before: what comes next arrives apart.
    void let_proxy_work();
    /// Ends the proxy. Then nothing more comes, and what is left on `upstream` is all that was sent.
    std::string rest_sent_to(Socket& upstream);
    /// A new client is served as if nothing had happened: the worker lives, and no answer is left over for others.
    void expect_served_normally();
};

/// How many response heads are in what a client received.
std::size_t responses_in(std::string_view received);
bool contains(std::string_view text, std::string_view part);
std::string repeat(std::string_view text, std::size_t times);

}  // namespace fairway::wire
