// Policy pool: equal policies are one object, so that thousands of Ingresses with the same settings share it.
#pragma once

#include <memory>
#include <unordered_map>

#include "routing/route.hpp"

namespace fairway::ingress {

class PolicyPool {
public:
    std::shared_ptr<const routing::RoutePolicy> intern(const routing::RoutePolicy& policy);

private:
    std::unordered_multimap<std::size_t, std::weak_ptr<const routing::RoutePolicy>> pool_;
};

}  // namespace fairway::ingress
