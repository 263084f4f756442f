#include "proxy/http2/session_pool.hpp"

#include <algorithm>

#include "proxy/http2/upstream_session.hpp"

namespace fairway::proxy::http2 {

SessionPool::SessionPool(WorkerContext& worker) : worker_(worker) {}

SessionPool::~SessionPool() = default;

// The first with room, so that those that were opened in a rush run empty and end.
UpstreamSession* SessionPool::find(const ConnectionKey& key, Which which) {
    const auto found = sessions_.find(key);
    if (found == sessions_.end()) return nullptr;
    for (const auto& session : found->second)
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
    auto& sessions = sessions_[target.key()];
    sessions.push_back(std::make_unique<UpstreamSession>(*this, worker_, target.key(), limits));
    UpstreamSession& opening = *sessions.back();
    auto stream = std::make_unique<UpstreamStream>(opening);  // before start(), which may end the session at once
    opening.start(target, timeouts);
    return stream;
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
    const auto found = sessions_.find(session.key());
    FAIRWAY_ASSERT(found != sessions_.end(), "a session is listed under its key until it ends");
    auto& sessions = found->second;
    const auto position = std::ranges::find(sessions, &session, [](const auto& entry) { return entry.get(); });
    FAIRWAY_ASSERT(position != sessions.end(), "a session is listed once");
    ended_.push_back(std::move(*position));
    sessions.erase(position);
    if (sessions.empty()) sessions_.erase(found);
}

void SessionPool::end_sessions() {
    std::erase_if(ended_, [](const auto& session) { return !session->has_streams(); });
}

}  // namespace fairway::proxy::http2
