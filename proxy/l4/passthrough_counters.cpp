#include "proxy/l4/passthrough_counters.hpp"

#include <set>

namespace fairway::proxy::l4 {

namespace {

StreamLabels labels_of(const routing::PassthroughHost& host) {
    return {"TLS", host.name, "Ingress", host.owner->ingress_namespace, host.owner->ingress};
}

}  // namespace

std::shared_ptr<StreamCounters> PassthroughCounters::of(const routing::PassthroughHost& host) {
    auto& counters = counters_[labels_of(host)];
    if (!counters) counters = std::make_shared<StreamCounters>();
    return counters;
}

void PassthroughCounters::collect(std::map<StreamLabels, StreamCounters>& into,
                                  const routing::PassthroughTable* table) {
    std::set<StreamLabels> wanted;
    if (table != nullptr)
        for (const auto& [name, host] : *table) wanted.insert(labels_of(host));
    std::erase_if(counters_,
                  [&](const auto& entry) { return entry.second.use_count() == 1 && !wanted.contains(entry.first); });
    for (const auto& [labels, counters] : counters_) into[labels].merge(*counters);
}

}  // namespace fairway::proxy::l4
