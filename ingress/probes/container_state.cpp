#include "ingress/probes/container_state.hpp"

#include <utility>

namespace fairway::ingress {

bool ResultRun::count(ProbeResult result, const k8s::Probe& probe) {
    if (result == ProbeResult::unknown) return false;
    length_ = result == result_ ? length_ + 1 : 1;
    result_ = result;
    return length_ >= (result == ProbeResult::success ? probe.success_threshold : probe.failure_threshold);
}

std::optional<ProbeType> ContainerState::current(const k8s::Container& container) const {
    if (!started(container)) return ProbeType::startup;
    if (container.readiness) return ProbeType::readiness;
    return std::nullopt;
}

bool ContainerState::ready(const k8s::Container& container) const {
    return started(container) && (!container.readiness || ready_);
}

ContainerState::Step ContainerState::record(const k8s::Container& container, ProbeType type, ProbeResult result) {
    if (type == ProbeType::startup) {
        const auto step = record_startup(*container.startup, result);
        const bool that_is_all = step == Step::started && !container.readiness;
        return that_is_all ? Step::became_ready : step;
    }
    return record_readiness(*container.readiness, result);
}

ContainerState::Step ContainerState::record_startup(const k8s::Probe& probe, ProbeResult result) {
    if (!run_.count(result, probe)) return Step::nothing;
    if (result == ProbeResult::failure) return std::exchange(gave_up_, true) ? Step::nothing : Step::gave_up;
    started_ = true;
    run_ = {};
    return Step::started;
}

ContainerState::Step ContainerState::record_readiness(const k8s::Probe& probe, ProbeResult result) {
    if (!run_.count(result, probe)) return Step::nothing;
    const bool ready = result == ProbeResult::success;
    if (std::exchange(ready_, ready) == ready) return Step::nothing;
    return ready ? Step::became_ready : Step::became_unready;
}

}  // namespace fairway::ingress
