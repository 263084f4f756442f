// Policy pool: equal policies are one object, so that thousands of Ingresses with the same settings share it.
#pragma once

#include <memory>
#include <unordered_map>

#include "routing/route.hpp"

namespace fairway::ingress {

class PolicyPool {
public:
    /// @param seed  policies of different seeds are rarely equal: a hash of what the policy was made from, so that those that
    ///              differ need not be compared.
    std::shared_ptr<const routing::RoutePolicy> intern(const routing::RoutePolicy& policy, std::size_t seed);

private:
    std::unordered_multimap<std::size_t, std::weak_ptr<const routing::RoutePolicy>> pool_;
};

}  // namespace fairway::ingress
