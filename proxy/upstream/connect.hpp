// Opens a connection to an endpoint: TCP, and TLS where the route wants it.
#pragma once

#include <chrono>
#include <memory>

#include "base/ip_address.hpp"
#include "proxy/failure.hpp"
#include "proxy/io/reactor.hpp"
#include "proxy/io/task.hpp"
#include "proxy/upstream/upstream_pool.hpp"
#include "tls/client_context.hpp"

namespace fairway::proxy {

/// Where a connection goes, and what it speaks below HTTP.
struct UpstreamTarget {
    SocketAddress address;
    const tls::ClientContext* tls = nullptr;  ///< null: no TLS
    tls::Alpn alpn = tls::Alpn::http1;        ///< asked for in the TLS handshake

    ConnectionKey key() const noexcept { return {address, tls == nullptr ? 0 : tls->id()}; }
};

struct Connected {
    std::unique_ptr<UpstreamConnection> connection;  ///< null when it failed
    Failure failure = Failure::none;                 ///< connect_failed, connect_timeout or tls_failed
};

/// The connection is ready for the first bytes of HTTP. With TLS the endpoint may have chosen no protocol at all by ALPN;
/// it cannot have chosen another. A failed handshake is logged with its reason.
/// @param target  `tls` is not used after the first wait: it may go then.
/// @param timeout  for everything, the handshake included.
io::Task<Connected> connect_upstream(io::Reactor& reactor, UpstreamTarget target, std::chrono::milliseconds timeout);

}  // namespace fairway::proxy
