// One run of a probe's action. Each kind of action is one start function in a file of its own: tcp_probe, http_probe,
// grpc_probe, exec_probe. None of them minds time: the prober destroys an attempt whose timeoutSeconds are over.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "base/ip_address.hpp"
#include "ingress/probes/outcome.hpp"

namespace boost::asio {
class io_context;
}

namespace fairway::ingress {

/// Destroying it ends whatever it does (connections, processes), and its outcome is never told.
class Attempt {
public:
    virtual ~Attempt() = default;
    /// What it does right now, to be put after "timed out ": "connecting to 10.0.0.1:80".
    virtual std::string doing() const = 0;
};

/// Takes the outcome of an attempt: called at most once, in the io_context, never from within a start function.
using TellOutcome = std::function<void(ProbeOutcome)>;

/// Known at once, or the attempt that goes on.
using Started = std::variant<ProbeOutcome, std::unique_ptr<Attempt>>;

/// tcpSocket: success when the connection is made. No byte is sent, and the connection is reset, not closed in order:
/// thousands of probes a minute must leave no sockets in TIME_WAIT. A connection that is made at once, as on this
/// machine, costs no registration with the event loop.
Started start_tcp_probe(boost::asio::io_context& io, const SocketAddress& target, TellOutcome tell);

}  // namespace fairway::ingress
