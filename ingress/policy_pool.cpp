#include "ingress/policy_pool.hpp"

#include <boost/container_hash/hash.hpp>

namespace fairway::ingress {

namespace {

std::size_t hash_of(const routing::RoutePolicy& policy) {
    std::size_t seed = 0;
    const auto& redirect = policy.tls_redirect;
    boost::hash_combine(seed, redirect.enabled | redirect.force << 1 | redirect.preserve_trailing_slash << 2 |
                                  redirect.use_port << 3 | redirect.exempt << 4 | policy.access_log << 5 |
                                  policy.relative_redirects << 6);
    boost::hash_combine(seed, policy.timeouts.connect.count());
    boost::hash_combine(seed, policy.timeouts.send.count());
    boost::hash_combine(seed, policy.timeouts.read.count());
    boost::hash_combine(seed, policy.retry.conditions);
    boost::hash_combine(seed, policy.retry.tries);
    boost::hash_combine(seed, policy.body_limit.max_bytes);
    boost::hash_combine(seed, policy.protocol ? 1 + static_cast<int>(*policy.protocol) : 0);
    boost::hash_combine(seed, policy.upstream_tls.get());
    boost::hash_combine(seed, policy.redirect ? policy.redirect->location : std::string());
    boost::hash_combine(seed, policy.cors ? 1 + policy.cors->origins.size() : 0);
    boost::hash_combine(seed, policy.upstream_vhost);
    boost::hash_combine(seed, policy.denied);
    return seed;
}

}  // namespace

std::shared_ptr<const routing::RoutePolicy> PolicyPool::intern(const routing::RoutePolicy& policy) {
    const auto hash = hash_of(policy);
    auto [at, end] = pool_.equal_range(hash);
    while (at != end) {
        auto known = at->second.lock();
        if (known && *known == policy) return known;
        at = known ? std::next(at) : pool_.erase(at);
    }
    auto fresh = std::make_shared<const routing::RoutePolicy>(policy);
    pool_.emplace(hash, fresh);
    return fresh;
}

}  // namespace fairway::ingress
