// What probes of Pods found out, under the kubelet's names (pkg/kubelet/prober/prober_manager.go).
#include "admin/metrics_page.hpp"
#include "ingress/probes/prober.hpp"

namespace fairway::admin {

namespace {

using ingress::ProbedContainer;
using ingress::ProbeResult;
using ingress::ProbeType;

constexpr std::array kTypes = {ProbeType::startup, ProbeType::readiness};
constexpr std::array kResults = {ProbeResult::success, ProbeResult::failure, ProbeResult::unknown};

void append_counts(Exposition& out, const ProbedContainer& container) {
    for (const auto type : kTypes) {
        const auto& counts = container.history[static_cast<std::size_t>(type)].counts;
        for (const auto result : kResults) {
            const auto count = counts[static_cast<std::size_t>(result)];
            if (count == 0) continue;
            out.sample(Labels()
                           .add("container", container.spec->name)
                           .add("namespace", container.pod.ns)
                           .add("pod", container.pod.name)
                           .add("probe_type", to_string(type))
                           .add("result", to_string(result)),
                       count);
        }
    }
}

}  // namespace

void append_probe_metrics(Exposition& out, const MetricsInput& input) {
    if (input.prober == nullptr || input.prober->pods().container_count() == 0) return;
    const auto& prober = *input.prober;
    out.family("fairway_probed_containers", MetricType::gauge, "Containers with a startupProbe or readinessProbe.");
    out.sample({}, prober.pods().container_count());
    out.family("prober_probe_total", MetricType::counter,
               "Probes run, by container, kind and result; containers that are gone leave.");
    prober.pods().for_each([&](const ProbedContainer& container) { append_counts(out, container); });
    // The kubelet has this one for each container, which for thousands of Pods would be most of the page.
    out.family("prober_probe_duration_seconds", MetricType::histogram, "How long probes took, by kind.");
    for (const auto type : kTypes) {
        const auto& durations = prober.totals().durations[static_cast<std::size_t>(type)];
        out.histogram(Labels().add("probe_type", to_string(type)), ingress::ProbeTotals::kBounds, durations.counts,
                      durations.sum_seconds);
    }
}

}  // namespace fairway::admin
