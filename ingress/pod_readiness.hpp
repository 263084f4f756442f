// Pod readiness: what probes have found out about Pods, for those who turn Pods into endpoints.
#pragma once

#include <map>
#include <optional>
#include <utility>

#include "k8s-client/objects/meta.hpp"

namespace fairway::ingress {

/// Written by the prober, read when endpoints are resolved; both on the control thread.
class PodReadiness {
public:
    /// Whether all probed containers of a Pod are ready; absent: nobody probes it, its manifest decides.
    std::optional<bool> of(const k8s::ObjectName& pod) const {
        const auto found = pods_.find(pod);
        return found == pods_.end() ? std::nullopt : std::optional(found->second);
    }
    /// @return whether that is news.
    bool set(const k8s::ObjectName& pod, bool ready) {
        const auto [at, added] = pods_.try_emplace(pod, ready);
        return added || std::exchange(at->second, ready) != ready;
    }
    /// @return whether anything was known.
    bool forget(const k8s::ObjectName& pod) { return pods_.erase(pod) != 0; }

private:
    std::map<k8s::ObjectName, bool> pods_;
};

}  // namespace fairway::ingress
