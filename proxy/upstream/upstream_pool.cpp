#include "proxy/upstream/upstream_pool.hpp"

#include <algorithm>

#include "proxy/upstream/tls_failure_log.hpp"
#include "tls/client_context.hpp"

namespace fairway::proxy {

UpstreamConnection::~UpstreamConnection() {
    if (const std::uint8_t alert = connection.tls_alert(); alert != 0 && requests > 0)
        log_tls_failure(key.address, tls::alert_problem(alert), connection.source().reactor().now());
}

std::unique_ptr<UpstreamConnection> UpstreamPool::take_idle(const ConnectionKey& key) {
    const auto found = idle_.find(key);
    if (found == idle_.end() || found->second.empty()) return nullptr;
    auto idle = std::move(found->second.back());
    found->second.pop_back();
    --idle_count_;
    idle->unlink();
    idle->connection.source().stop_reading();
    return idle;
}

void UpstreamPool::give_back(std::unique_ptr<UpstreamConnection> connection, const routing::UpstreamKeepalive& limits) {
    io::Source& source = connection->connection.source();
    const bool worn_out =
        connection->requests >= limits.requests || reactor_.now() - connection->opened >= limits.max_age;
    if (limits.connections == 0 || worn_out || connection->connection.has_input()) return;
    while (idle_count_ >= limits.connections) drop_oldest();  // more than one when the limit was lowered

    UpstreamConnection& idle = *connection;
    idle.pool = this;
    idle_[idle.key].push_back(std::move(connection));
    by_age_.push_back(idle);
    ++idle_count_;
    source.wait_readable(idle, limits.idle_timeout);
}

void UpstreamConnection::wake(io::Wake) { pool->drop(*this); }

void UpstreamPool::drop(UpstreamConnection& idle) {
    const auto found = idle_.find(idle.key);
    FAIRWAY_ASSERT(found != idle_.end(), "an idle connection is listed under its endpoint");
    auto& list = found->second;
    const auto position =
        std::find_if(list.begin(), list.end(), [&](const auto& entry) { return entry.get() == &idle; });
    FAIRWAY_ASSERT(position != list.end(), "an idle connection is listed once");
    --idle_count_;
    const auto dropped = std::move(*position);
    list.erase(position);
    if (list.empty()) idle_.erase(found);
}

void UpstreamPool::drop_oldest() {
    if (by_age_.linked()) drop(static_cast<UpstreamConnection&>(*by_age_.next));
}

}  // namespace fairway::proxy
