// The log line about TLS to an endpoint that failed, at most one a second for each worker.
#pragma once

#include <string>

#include "base/ip_address.hpp"
#include "proxy/io/deadline_wheel.hpp"

namespace fairway::proxy {

/// Event upstream.tls_failed; `left_out` in it counts those that the line stands for.
void log_tls_failure(const SocketAddress& endpoint, const std::string& reason, io::TimePoint now);

}  // namespace fairway::proxy
