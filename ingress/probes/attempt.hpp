// One run of a probe's action. Each kind of action is one start function in a file of its own: tcp_probe, http_probe,
// grpc_probe, exec_probe. None of them minds time: the prober destroys an attempt whose timeoutSeconds are over.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

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
/// The same for tcpSocket.host with a name in it.
Started start_tcp_probe(boost::asio::io_context& io, std::string host, std::uint16_t port, TellOutcome tell);

struct HttpProbe {
    std::string host;  ///< name or address
    std::uint16_t port = 0;
    k8s::HttpGetAction action;
    std::string user_agent;  ///< unless httpHeaders has one
};

/// httpGet, by the rules of the kubelet's pkg/probe/http: GET over HTTP/1.1 on a connection of its own; 200-399 is
/// success. Redirects are followed on the same host, ten at most; one to another host is not followed and counts as
/// success. Certificates are not verified. At most 10 KiB of the body are read.
Started start_http_probe(boost::asio::io_context& io, HttpProbe probe, TellOutcome tell);

struct GrpcProbe {
    SocketAddress target;
    std::string service;
    std::string user_agent;
};

/// grpc: grpc.health.v1.Health/Check over HTTP/2 without TLS; SERVING is success.
/// https://github.com/grpc/grpc/blob/master/doc/health-checking.md
Started start_grpc_probe(boost::asio::io_context& io, GrpcProbe probe, TellOutcome tell);

/// exec: exit code 0 is success. The program runs on this machine as Fairway's user, without a shell, in a process group
/// of its own that is killed when the program ends or the attempt is destroyed, with /dev/null as input and only the
/// harmless part of the environment (PATH, HOME, locale). Up to 10 KiB of its output are read and the rest dropped.
Started start_exec_probe(boost::asio::io_context& io, const std::vector<std::string>& command, TellOutcome tell);

}  // namespace fairway::ingress
