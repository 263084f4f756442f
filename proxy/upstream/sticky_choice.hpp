// The endpoint that a request itself names: by its session cookie (annotation affinity), or by the hash of something in it
// (upstream-hash-by). docs/session-affinity.md.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "proxy/exchange.hpp"
#include "proxy/worker_context.hpp"
#include "routing/policy/balancing.hpp"

namespace fairway::proxy {

/// What a session cookie says: `<key>|<tag>`. Views point into the value.
struct SessionId {
    std::string_view key;  ///< empty: no cookie, or none that can be used
    std::string_view tag;  ///< whose it is, see KeyedEndpoints::tag(); may be empty
};
SessionId session_id(const FieldList& fields, const routing::SessionCookie& cookie) noexcept;

/// For one request. What the constructor takes by reference outlives it.
class StickyChoice {
public:
    /// @param backend  that the request goes to: the route's, a canary's, or another.
    StickyChoice(WorkerContext& worker, Exchange& exchange, const routing::Backend& backend);

    /// False: balancing decides.
    bool acts() const noexcept { return session_ != nullptr || hash_ != nullptr; }
    /// An endpoint of `ready` (not empty). A client without a usable cookie is given one, by Exchange::session_cookie.
    /// @param tried  by this request, without success.
    const routing::Endpoint& next(const routing::EndpointSet& ready, std::span<const SocketAddress> tried);

private:
    const routing::Endpoint& by_cookie(KeyedEndpoints& endpoints, const routing::EndpointSet& ready,
                                       std::span<const SocketAddress> tried);
    const routing::Endpoint& by_hash(KeyedEndpoints& endpoints, std::span<const SocketAddress> tried);
    std::string fresh_key(int attempt);
    void give_cookie(std::string_view key, std::string_view tag);

    WorkerContext& worker_;
    Exchange& exchange_;
    const routing::Backend& backend_;
    const routing::SessionCookie* session_ = nullptr;
    const routing::UpstreamHash* hash_ = nullptr;
};

}  // namespace fairway::proxy
