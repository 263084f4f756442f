// The kubelet's state machine for the probes of one container (pkg/kubelet/prober/worker.go): thresholds, and
// startupProbe before readinessProbe. No clock and no I/O: the schedule is probed_pods, the actions are attempt.hpp.
#pragma once

#include <cstdint>
#include <optional>

#include "ingress/probes/outcome.hpp"

namespace fairway::ingress {

/// Counts results of one kind in a row, as successThreshold and failureThreshold ask for.
class ResultRun {
public:
    /// @return whether the run has now reached the probe's threshold for this result. Unknown results do not count.
    bool count(ProbeResult result, const k8s::Probe& probe);
    ProbeResult result() const noexcept { return result_; }
    std::int32_t length() const noexcept { return length_; }

private:
    ProbeResult result_ = ProbeResult::unknown;
    std::int32_t length_ = 0;
};

/// One container of a Pod. It begins not started (when it has a startupProbe) and not ready (when it has any probe).
class ContainerState {
public:
    /// The probe that runs now: startupProbe until it has succeeded, then readinessProbe; nullopt when none is left.
    std::optional<ProbeType> current(const k8s::Container& container) const;
    bool started(const k8s::Container& container) const { return !container.startup || started_; }
    /// A container is ready when it has started and its readinessProbe, if any, says so.
    bool ready(const k8s::Container& container) const;

    /// What became of a result. A kubelet restarts a container whose startupProbe has failed failureThreshold times;
    /// here nothing restarts: `gave_up` is told once and probing goes on.
    enum class Step : std::uint8_t { nothing, started, became_ready, became_unready, gave_up };
    Step record(const k8s::Container& container, ProbeType type, ProbeResult result);

    /// Whether startupProbe has failed failureThreshold times and has not succeeded since.
    bool gave_up() const noexcept { return gave_up_ && !started_; }
    const ResultRun& run() const noexcept { return run_; }

private:
    Step record_startup(const k8s::Probe& probe, ProbeResult result);
    Step record_readiness(const k8s::Probe& probe, ProbeResult result);

    ResultRun run_;  ///< of the current probe
    bool started_ = false;
    bool ready_ = false;
    bool gave_up_ = false;
};

}  // namespace fairway::ingress
