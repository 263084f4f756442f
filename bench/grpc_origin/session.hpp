// One connection of the gRPC origin: HTTP/2 with prior knowledge; every request gets the same message and status 0.
#pragma once

#include <nghttp2/nghttp2.h>

#include <memory>
#include <span>
#include <string>

#include "net/poller.hpp"
#include "net/socket.hpp"

namespace fairway::bench {

class GrpcSession {
public:
    explicit GrpcSession(Fd socket);
    GrpcSession(const GrpcSession&) = delete;

    /// Reads and writes what it can. False when the connection is over and the session should go.
    bool on_ready(Poller& poller, std::span<char> scratch);
    int fd() const { return socket_.get(); }

    /// Bytes of the message in each answer, its length prefix included.
    static constexpr std::size_t kAnswer = 69;

private:
    struct Free {
        void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
    };
    bool flush(Poller& poller);

    Fd socket_;
    std::unique_ptr<nghttp2_session, Free> h2_;
    std::string out_;
    bool waits_for_room_ = false;
};

}  // namespace fairway::bench
