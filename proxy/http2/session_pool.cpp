#include "proxy/http2/session_pool.hpp"

#include <algorithm>

#include "proxy/http2/upstream_session.hpp"

namespace fairway::proxy::http2 {

SessionPool::SessionPool(WorkerContext& worker) : worker_(worker) {}

SessionPool::~SessionPool() = default;

// The first with room, so that those that were opened in a rush run empty and end.
UpstreamSession* SessionPool::find(const ConnectionKey& key, Which which) {
    const auto found = endpoints_.find(key);
    if (found == endpoints_.end()) return nullptr;
    for (const auto& session : found->second.sessions)
        if (session->has_room() && (which == Which::any || !session->opened())) return session.get();
    return nullptr;
}

std::unique_ptr<UpstreamStream> SessionPool::open_stream(const UpstreamTarget& target, Which which,
                                                         const routing::UpstreamKeepalive& limits,
                                                         const routing::UpstreamTimeouts& timeouts) {
    if (UpstreamSession* session = find(target.key(), which)) {
        session->set_limits(limits);
        ++worker_.counters.upstream_reused;
        return std::make_unique<UpstreamStream>(*session);
    }
    Endpoint& endpoint = endpoints_[target.key()];
    endpoint.sessions.push_back(std::make_unique<UpstreamSession>(*this, worker_, target.key(), limits));
    UpstreamSession& opening = *endpoint.sessions.back();
    opening.assume_streams(endpoint.streams);
    auto stream = std::make_unique<UpstreamStream>(opening);  // before start(), which may end the session at once
    opening.start(target, timeouts);
    return stream;
}

// What one connection was told holds for those that are still to be told: requests in a rush are not refused again.
void SessionPool::learned(const ConnectionKey& key, std::uint32_t streams) {
    const auto found = endpoints_.find(key);
    if (found == endpoints_.end()) return;
    found->second.streams = std::clamp<std::uint32_t>(streams, 1, 100);
    for (const auto& session : found->second.sessions) session->assume_streams(found->second.streams);
}

void SessionPool::became_idle(UpstreamSession& session, bool worn_out) {
    if (worn_out) return session.close();
    const std::size_t kept = session.limits_.connections;
    while (idle_count_ >= std::max<std::size_t>(kept, 1)) {
        UpstreamSession& oldest = static_cast<UpstreamSession::IdleHook&>(*idle_.next).owner;
        became_busy(oldest);
        oldest.close();
    }
    idle_.push_back(session.idle_);
    ++idle_count_;
}

void SessionPool::became_busy(UpstreamSession& session) noexcept {
    if (!session.idle_.linked()) return;
    session.idle_.unlink();
    --idle_count_;
}

void SessionPool::ended(UpstreamSession& session) {
    became_busy(session);
    const auto found = endpoints_.find(session.key());
    FAIRWAY_ASSERT(found != endpoints_.end(), "a session is listed under its key until it ends");
    auto& sessions = found->second.sessions;
    const auto position = std::ranges::find(sessions, &session, [](const auto& entry) { return entry.get(); });
    FAIRWAY_ASSERT(position != sessions.end(), "a session is listed once");
    ended_.push_back(std::move(*position));
    sessions.erase(position);
    if (sessions.empty()) endpoints_.erase(found);
}

void SessionPool::end_sessions() {
    std::erase_if(ended_, [](const auto& session) { return !session->has_streams(); });
}

}  // namespace fairway::proxy::http2
