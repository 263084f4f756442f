#include "proxy/upstream/endpoint_picker.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "proxy/upstream/affinity_table.hpp"
#include "proxy/upstream/sticky_choice.hpp"

namespace fairway::proxy {

EndpointPicker::EndpointPicker(WorkerContext& worker, const routing::Backend& backend, routing::LoadBalance algorithm,
                               const routing::EndpointSet& ready, const IpAddress& client, StickyChoice* sticky)
    : worker_(worker),
      backend_(backend),
      algorithm_(algorithm),
      ready_(ready),
      client_(client),
      sticky_(sticky != nullptr && sticky->acts() ? sticky : nullptr) {}

const routing::Endpoint& EndpointPicker::next() {
    if (sticky_ != nullptr) return sticky_->next(ready_, tried_);
    const auto& affinity = backend_.client_ip_affinity;
    if (!affinity || !tried_.empty()) return balance();
    const auto now = worker_.reactor.now();
    if (const auto kept = worker_.affinity.find(*affinity, client_, ready_, now)) return *find(*kept);
    const auto& choice = balance();
    return *find(worker_.affinity.find_or_remember(*affinity, client_, ready_, choice.address, now));
}

void EndpointPicker::worked(const SocketAddress& endpoint) {
    if (sticky_ == nullptr && backend_.client_ip_affinity && !tried_.empty())
        worker_.affinity.remember(*backend_.client_ip_affinity, client_, endpoint, worker_.reactor.now());
}

const routing::Endpoint& EndpointPicker::balance() {
    return worker_.balancer(backend_.id).pick(ready_, algorithm_, tried_, worker_.reactor.now(), worker_.random);
}

const routing::Endpoint* EndpointPicker::find(const SocketAddress& address) const {
    const auto found = std::ranges::lower_bound(ready_.endpoints, address, {}, &routing::Endpoint::address);
    FAIRWAY_ASSERT(found != ready_.endpoints.end() && found->address == address, "affinity names ready endpoints only");
    return &*found;
}

}  // namespace fairway::proxy
