// Probed Pods: which containers are to be probed, when, and what that means for their Pods' readiness. Pure: the
// caller brings the time and the results (prober.hpp), so that tests run with a clock of their own.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/ip_address.hpp"
#include "ingress/object_store.hpp"
#include "ingress/pod_readiness.hpp"
#include "ingress/probes/container_state.hpp"

namespace fairway::ingress {

using ProbeId = std::uint64_t;

/// What became of one probe of a container so far: for `describe` and metrics.
struct ProbeHistory {
    std::array<std::uint64_t, 3> counts{};            ///< by ProbeResult
    std::chrono::system_clock::time_point last_time;  ///< meaningless while nothing is counted
    std::chrono::microseconds last_duration{0};
    ProbeOutcome last;
};

/// One container with a startupProbe or readinessProbe.
struct ProbedContainer {
    ProbeId id = 0;
    k8s::ObjectName pod;
    IpAddress pod_address;                 ///< status.podIPs[0]
    const k8s::Container* spec = nullptr;  ///< inside the Pod, which ProbedPods keeps
    ContainerState state;
    ProbeClock::time_point since;               ///< initialDelaySeconds count from here
    std::optional<ProbeClock::time_point> due;  ///< absent: runs now, or is never run
    std::array<ProbeHistory, 2> history;        ///< by ProbeType
    bool refused = false;                       ///< exec without leave: never run, never ready

    const k8s::Probe& probe(ProbeType type) const {
        return type == ProbeType::startup ? *spec->startup : *spec->readiness;
    }
};

class ProbedPods {
public:
    /// @param allow_exec  whether exec actions may run; a container that has one is never ready otherwise.
    ProbedPods(PodReadiness& readiness, bool allow_exec) : readiness_(&readiness), allow_exec_(allow_exec) {}
    ProbedPods(const ProbedPods&) = delete;
    ProbedPods& operator=(const ProbedPods&) = delete;

    /// Takes over Pods that came, changed or went. A container whose probes, address and ports stay keeps its state
    /// and its schedule. Few new containers are due at once, many are spread.
    /// @return containers that are gone: a probe that runs for one of them has lost its meaning.
    std::vector<ProbeId> follow(const std::vector<ObjectChange>& changes, ProbeClock::time_point now);

    std::optional<ProbeClock::time_point> next_due() const;
    /// The container that is due longest and the probe to run; it is off the schedule until record(). nullptr: none.
    ProbedContainer* take_due(ProbeClock::time_point now);
    /// Takes over a result and schedules the next run.
    ContainerState::Step record(ProbedContainer& container, ProbeType type, ProbeOutcome outcome,
                                std::chrono::microseconds took, ProbeClock::time_point now);

    ProbedContainer* find(ProbeId id);
    /// Containers of a Pod that are probed, in the order of the manifest; nullptr when nothing of it is.
    const std::vector<ProbedContainer>* containers_of(const k8s::ObjectName& pod) const;
    template <class Visit>
    void for_each(Visit visit) const {
        for (const auto& [name, entry] : pods_)
            for (const auto& container : entry.containers) visit(container);
    }
    /// Pods whose readiness results changed since the last call; what follow() itself brings about is not among them.
    std::set<k8s::ObjectName> take_changed() { return std::exchange(changed_, {}); }
    /// Whether all its containers are ready and its readiness gates open; false for a Pod that is not followed.
    bool ready(const k8s::ObjectName& pod) const { return readiness_->of(pod).value_or(false); }
    bool anything_changed() const noexcept { return !changed_.empty(); }
    /// Probed containers, and Pods with probes or readiness gates.
    std::size_t container_count() const noexcept { return by_id_.size(); }
    std::size_t pod_count() const noexcept { return pods_.size(); }

private:
    struct Entry {
        ObjectPtr object;
        std::vector<ProbedContainer> containers;  ///< never resized once its elements are in the index
    };

    void replace(const ObjectPtr& object, std::vector<ProbedContainer*>& fresh, std::vector<ProbeId>& gone,
                 ProbeClock::time_point now);
    void remove(const k8s::ObjectName& pod, std::vector<ProbeId>& gone);
    void spread(const std::vector<ProbedContainer*>& fresh, ProbeClock::time_point now);
    void schedule(ProbedContainer& container, ProbeClock::time_point due);
    void unschedule(ProbedContainer& container);
    bool settle(const k8s::ObjectName& name, const Entry& entry);

    PodReadiness* readiness_;
    bool allow_exec_;
    ProbeId last_id_ = 0;
    std::map<k8s::ObjectName, Entry> pods_;
    std::unordered_map<ProbeId, ProbedContainer*> by_id_;
    std::set<std::pair<ProbeClock::time_point, ProbeId>> agenda_;
    std::set<k8s::ObjectName> changed_;
};

/// The port that an action of this container means: a number, or the name of one of the container's own ports.
/// nullopt: no such name. Actions without a port give 0.
std::optional<std::uint16_t> probed_port(const k8s::Container& container, const k8s::Probe& probe);

/// Whether Fairway can probe the Pod at all: it has an address and is not ending or ended.
bool can_be_probed(const k8s::Pod& pod);

}  // namespace fairway::ingress
