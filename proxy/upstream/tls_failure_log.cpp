#include "proxy/upstream/tls_failure_log.hpp"

#include "base/line_limit.hpp"
#include "base/log.hpp"

namespace fairway::proxy {

void log_tls_failure(const SocketAddress& endpoint, const std::string& reason, io::TimePoint now) {
    thread_local log::LineLimit limit;
    if (const auto left_out = limit.admit(now))
        log::error("upstream.tls_failed",
                   {{"endpoint", endpoint.to_string()}, {"reason", reason}, {"left_out", *left_out}});
}

}  // namespace fairway::proxy
