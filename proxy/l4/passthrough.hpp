// Passthrough: TLS connections that go to the backend of their server name as they are (annotation ssl-passthrough).
#pragma once

#include <chrono>
#include <optional>

#include "proxy/downstream_connection.hpp"

namespace fairway::proxy::l4 {

/// Reads the ClientHello of a connection without taking it off. Snapshot::passthrough is not null.
/// @return the passthrough host that it names. None: no such host, or no ClientHello in time; then the connection is as if
/// nobody had looked.
io::Task<std::optional<routing::PassthroughHost>> find_passthrough(DownstreamConnection& client,
                                                                   std::chrono::milliseconds timeout);

/// Connects to the host's backend and relays until both sides are done. `host` outlives the task. Counts, and writes the line of the stream log.
io::Task<void> pass_through(DownstreamConnection& client, const routing::PassthroughHost& host);

}  // namespace fairway::proxy::l4
