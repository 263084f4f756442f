// Prober: runs the startup and readiness probes of Pods from files, as the kubelet does for the Pods of its node.
// Everything happens on the control thread, on a schedule of its own; no request waits for a probe.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ingress/probes/attempt.hpp"
#include "ingress/probes/probed_pods.hpp"

namespace boost::asio {
class io_context;
}

namespace fairway::ingress {

struct ProbeOptions {
    bool allow_exec = false;  ///< --allow-exec-probes
    std::string version;      ///< of Fairway, for the User-Agent of httpGet
};

/// What probing costs and has found, over all Pods.
struct ProbeTotals {
    /// Upper bounds of the histogram of durations, in seconds: Prometheus' defaults, as the kubelet's.
    static constexpr std::array<double, 11> kBounds = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};
    struct Durations {
        std::array<std::uint64_t, kBounds.size() + 1> counts{};
        double sum_seconds = 0;
    };
    std::array<Durations, 2> durations;  ///< by ProbeType
};

class Prober {
public:
    /// @param readiness  written by the prober; outlives it, as `book` does, which startup failures are said in.
    Prober(PodReadiness& readiness, DiagnosticBook& book, ProbeOptions options);
    ~Prober();
    Prober(const Prober&) = delete;
    Prober& operator=(const Prober&) = delete;

    /// Takes over Pods that came, changed or went; before their Services are resolved again. Containers with probes
    /// begin as not ready.
    void follow(const std::vector<ObjectChange>& changes);
    /// Begins to probe. `changed` is called in `io` once for each turn of its loop in which Pods became ready or unready.
    void start(boost::asio::io_context& io, std::function<void(const std::set<k8s::ObjectName>& pods)> changed);
    void stop();

    const ProbedPods& pods() const noexcept { return pods_; }
    const ProbeTotals& totals() const noexcept { return totals_; }

private:
    struct Flight {
        ProbeType type = ProbeType::readiness;
        ProbeClock::time_point started;
        ProbeClock::time_point deadline;
        std::unique_ptr<Attempt> attempt;
    };
    class Loop;

    void work();
    void launch(ProbedContainer& container, ProbeClock::time_point now);
    Started start_action(const ProbedContainer& container, const k8s::Probe& probe, TellOutcome tell);
    void landed(ProbeId id, ProbeOutcome outcome);
    void drop(ProbeId id);
    void end_overdue(ProbeClock::time_point now);
    void finish(ProbedContainer& container, ProbeType type, ProbeOutcome outcome, ProbeClock::time_point started);
    void report_startup(const ProbedContainer& container);
    void tell_changes();
    std::string why_unready(const k8s::ObjectName& pod) const;
    void arm();

    ProbedPods pods_;
    DiagnosticBook* book_;
    ProbeOptions options_;
    ProbeTotals totals_;
    std::unordered_map<ProbeId, Flight> flights_;
    std::set<std::pair<ProbeClock::time_point, ProbeId>> deadlines_;
    std::unique_ptr<Loop> loop_;  ///< null: not started
};

}  // namespace fairway::ingress
