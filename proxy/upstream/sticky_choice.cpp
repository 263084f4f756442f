#include "proxy/upstream/sticky_choice.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <ctime>

#include "proxy/access_log/request_values.hpp"
#include "proxy/filters/session_cookie.hpp"
#include "proxy/upstream/keyed_endpoints.hpp"
#include "proxy/variables.hpp"

namespace fairway::proxy {

namespace {

constexpr char kDelimiter = '|';
constexpr int kKeysTried = 20;  // ingress-nginx: MAX_UPSTREAM_CHECKS_COUNT

}  // namespace

SessionId session_id(const FieldList& fields, const routing::SessionCookie& cookie) noexcept {
    const std::string_view value = cookie_value(fields, cookie.name);
    const auto end = value.find(kDelimiter);
    SessionId id{.key = value.substr(0, end), .tag = {}};
    if (end != std::string_view::npos) id.tag = value.substr(end + 1, value.find(kDelimiter, end + 1) - end - 1);
    return id;
}

StickyChoice::StickyChoice(WorkerContext& worker, Exchange& exchange, const routing::Backend& backend)
    : worker_(worker), exchange_(exchange), backend_(backend) {
    if (backend.balancing && backend.balancing->hash) hash_ = &*backend.balancing->hash;
    const routing::Canary* const canary = exchange.record.canary;
    const routing::Backend* const primary = exchange.record.route->backend.get();
    // Another one stands in, or gives an error page: sessions are no concern of it.
    if (&backend != (canary != nullptr ? canary->backend.get() : primary)) return;
    if (canary != nullptr && !canary->sticky) return;
    if (primary->balancing && primary->balancing->session) session_ = &*primary->balancing->session;
}

const routing::Endpoint& StickyChoice::next(const routing::EndpointSet& ready, std::span<const SocketAddress> tried) {
    KeyedEndpoints& endpoints = worker_.keyed_endpoints(backend_);
    endpoints.use(ready, exchange_.snapshot->generation);
    return session_ != nullptr ? by_cookie(endpoints, ready, tried) : by_hash(endpoints, tried);
}

// ingress-nginx: a failure moves a client that has a cookie only with session-cookie-change-on-failure; one that has none
// yet gets that of an endpoint which was not tried.
const routing::Endpoint& StickyChoice::by_cookie(KeyedEndpoints& endpoints, const routing::EndpointSet& ready,
                                                 std::span<const SocketAddress> tried) {
    const std::string_view key = session_id(exchange_.request.fields, *session_).key;
    const bool keep = !key.empty() && (tried.empty() || !session_->change_on_failure);
    if (session_->persistent) {
        if (const auto* kept = keep ? endpoints.by_name(key) : nullptr) return *kept;
        const auto& drawn = draw_untried(ready, tried, worker_.random);
        give_cookie(endpoints.name_of(drawn), endpoints.tag());
        return drawn;
    }
    if (keep) return endpoints.by_key(key);
    std::string fresh;
    const routing::Endpoint* chosen = nullptr;
    for (int attempt = 1; attempt <= kKeysTried && (chosen == nullptr || was_tried(*chosen, tried)); ++attempt) {
        fresh = fresh_key(attempt);
        chosen = &endpoints.by_key(fresh);
    }
    give_cookie(fresh, endpoints.tag());
    return *chosen;
}

const routing::Endpoint& StickyChoice::by_hash(KeyedEndpoints& endpoints, std::span<const SocketAddress> tried) {
    worker_.text.clear();
    expand(hash_->key, exchange_.record, worker_.text);
    const std::string_view key = worker_.text.view();
    return hash_->subset_size == 0 ? endpoints.by_key(key, tried)
                                   : endpoints.by_subset(key, hash_->subset_size, tried, worker_.random);
}

std::string StickyChoice::fresh_key(int attempt) {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return fmt::format("{}.{:03}.{}.{}", now.tv_sec + attempt, now.tv_nsec / 1'000'000, getpid(),
                       1 + worker_.random_bits() % 999'999);
}

void StickyChoice::give_cookie(std::string_view key, std::string_view tag) {
    const routing::Route& route = *exchange_.record.route;
    if (!route.gives_session_cookies) return;
    const SessionCookieFacts facts{.path = route.path,
                                   .user_agent = find_field(exchange_.request.fields, FieldId::user_agent),
                                   .tls = exchange_.record.connection->tls,
                                   .now = std::time(nullptr)};
    exchange_.session_cookie = session_cookie(*session_, fmt::format("{}{}{}", key, kDelimiter, tag), facts);
}

}  // namespace fairway::proxy
