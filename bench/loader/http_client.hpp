// One load-generating client: opens a connection, sends a request, waits for its answer, and says what became of it.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "loader/channel.hpp"
#include "loader/response_reader.hpp"
#include "net/poller.hpp"

namespace fairway::bench {

class HttpClient {
public:
    enum class Progress {
        busy,      // nothing new; wait for the poller
        opened,    // connected, handshake done: send() may be called
        answered,  // response() is complete: send() may be called again, unless it says that the server closes
        closed,    // the server closed the connection while no request was under way
        lost,      // the request under way got no complete answer
        refused,   // the connection could not be opened
    };

    HttpClient(Poller& poller, std::uint16_t port, const TlsClient* tls) : poller_(poller), port_(port), tls_(tls) {}

    /// Starts a new connection, closing the last. Go on with on_ready() when the poller names this client.
    void open();

    /// Sends a request whose text must stay alive until the answer.
    void send(std::string_view request);

    /// Does all that is possible now. After closed, lost or refused only open() makes sense.
    Progress on_ready();

    void close();

    const ResponseReader& response() const { return response_; }
    std::string describe() const { return channel_ ? channel_->describe() : std::string{}; }
    bool in_flight() const { return in_flight_; }

private:
    Progress read_response();

    Poller& poller_;
    std::uint16_t port_;
    const TlsClient* tls_;
    std::optional<Channel> channel_;
    ResponseReader response_;
    std::string_view unsent_;
    bool open_ = false;
    bool in_flight_ = false;
};

}  // namespace fairway::bench
