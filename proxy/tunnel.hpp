// Tunnel: bytes relayed blind, both ways at once, after 101 Switching Protocols.
#pragma once

#include "proxy/downstream_stream.hpp"
#include "proxy/request_record.hpp"
#include "proxy/upstream/upstream_stream.hpp"
#include "routing/policy/upstream_policy.hpp"

namespace fairway::proxy {

/// Relays until both sides have ended, one breaks, or nothing moves in either direction for `timeouts.read` (as
/// ingress-nginx: proxy-read-timeout is the idle limit of WebSockets). An end of one side is passed on to the other.
/// The 101 head has been given to `downstream` and leaves with the first flush.
io::Task<void> relay_tunnel(const io::Reactor& reactor, DownstreamStream& downstream, UpstreamStream& upstream,
                            const routing::UpstreamTimeouts& timeouts, UpstreamTry& record);

}  // namespace fairway::proxy
