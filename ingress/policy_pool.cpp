#include "ingress/policy_pool.hpp"

#include <boost/container_hash/hash.hpp>

namespace fairway::ingress {

std::shared_ptr<const routing::RoutePolicy> PolicyPool::intern(const routing::RoutePolicy& policy, std::size_t seed) {
    auto hash = seed;
    boost::hash_combine(hash, policy.tls_redirect.enabled | policy.tls_redirect.exempt << 1);
    boost::hash_combine(hash, policy.upstream_tls.get());
    boost::hash_combine(hash, policy.denied);
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
