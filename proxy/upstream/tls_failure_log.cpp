#include "proxy/upstream/tls_failure_log.hpp"

#include <utility>

#include "base/log.hpp"

namespace fairway::proxy {

// Clients decide how often this is called: one line a second for each worker tells enough.
void log_tls_failure(const SocketAddress& endpoint, const std::string& reason, io::TimePoint now) {
    thread_local io::TimePoint quiet_until{};
    thread_local unsigned left_out = 0;
    if (now < quiet_until) {
        ++left_out;
        return;
    }
    quiet_until = now + std::chrono::seconds(1);
    log::error("upstream.tls_failed",
               {{"endpoint", endpoint.to_string()}, {"reason", reason}, {"left_out", std::exchange(left_out, 0)}});
}

}  // namespace fairway::proxy
