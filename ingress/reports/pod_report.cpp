// The report of a Pod: core/v1 Pod, as far as Services and probes need it.
#include "ingress/endpoints/found.hpp"
#include "ingress/reports/report_parts.hpp"

namespace fairway::ingress {

namespace json = boost::json;

namespace {

json::object container_report(const k8s::Container& container) {
    json::object result{{"name", container.name}};
    json::array ports;
    for (const auto& port : container.ports) {
        json::object entry{{"containerPort", port.container_port}, {"protocol", k8s::to_string(port.protocol)}};
        if (!port.name.empty()) entry["name"] = port.name;
        ports.push_back(std::move(entry));
    }
    if (!ports.empty()) result["ports"] = std::move(ports);
    if (container.readiness) result["readinessProbe"] = json_of(*container.readiness);
    if (container.startup) result["startupProbe"] = json_of(*container.startup);
    if (container.liveness) result["livenessProbe"] = json_of(*container.liveness);
    return result;
}

json::object spec_of(const k8s::Pod& pod) {
    json::object spec;
    if (!pod.node_name.empty()) spec["nodeName"] = pod.node_name;
    if (!pod.hostname.empty()) spec["hostname"] = pod.hostname;
    if (!pod.subdomain.empty()) spec["subdomain"] = pod.subdomain;
    json::array containers;
    for (const auto& container : pod.containers) containers.push_back(container_report(container));
    spec["containers"] = std::move(containers);
    json::array gates;
    for (const auto& gate : pod.readiness_gates) gates.push_back(json::object{{"conditionType", gate}});
    if (!gates.empty()) spec["readinessGates"] = std::move(gates);
    return spec;
}

json::array conditions_of(const k8s::Pod& pod, bool ready) {
    json::array result{json::object{{"type", "Ready"}, {"status", ready ? "True" : "False"}}};
    for (const auto& [type, holds] : pod.conditions)
        if (type != "Ready") result.push_back(json::object{{"type", type}, {"status", holds ? "True" : "False"}});
    return result;
}

/// What became of a probe so far: our own field beside those of Kubernetes, where only Events tell of it.
json::object history_report(const ProbeHistory& history) {
    const auto count = [&](ProbeResult result) { return history.counts[static_cast<std::size_t>(result)]; };
    const auto successes = count(ProbeResult::success);
    const auto failures = count(ProbeResult::failure);
    json::object report{{"successful", successes}, {"failed", failures}};
    if (successes + failures + count(ProbeResult::unknown) == 0) return report;
    report["lastResult"] = to_string(history.last.result);
    report["lastTime"] = timestamp_text(std::chrono::system_clock::to_time_t(history.last_time));
    report["lastDurationMicroseconds"] = history.last_duration.count();
    report["lastMessage"] = history.last.message;
    return report;
}

/// @param probed  null: nobody probes the container, so it is as ready as its Pod.
json::object container_status(const k8s::Container& container, const ProbedContainer* probed, bool pod_is_ready) {
    json::object status{{"name", container.name}, {"restartCount", 0}};
    if (probed == nullptr) {
        status["ready"] = pod_is_ready;
        return status;
    }
    status["ready"] = !probed->refused && probed->state.ready(container);
    status["started"] = probed->state.started(container);
    json::object probes;
    if (container.startup)
        probes["startup"] = history_report(probed->history[static_cast<std::size_t>(ProbeType::startup)]);
    if (container.readiness)
        probes["readiness"] = history_report(probed->history[static_cast<std::size_t>(ProbeType::readiness)]);
    status["probes"] = std::move(probes);
    return status;
}

const ProbedContainer* probed_container(const std::vector<ProbedContainer>* probed, const k8s::Container& container) {
    if (probed == nullptr) return nullptr;
    for (const ProbedContainer& candidate : *probed)
        if (candidate.spec->name == container.name) return &candidate;
    return nullptr;
}

json::object status_of(const ReportContext& context, const k8s::Pod& pod) {
    const bool ready = is_ready(pod, context.sources.endpoints.readiness);
    const auto* probed =
        context.sources.probed != nullptr ? context.sources.probed->containers_of(pod.meta.name) : nullptr;
    json::object status{{"phase", pod.phase.empty() ? "Running" : pod.phase}};
    json::array ips;
    for (const auto& ip : pod.pod_ips) ips.push_back(json::object{{"ip", ip}});
    if (!pod.pod_ips.empty()) status["podIP"] = pod.pod_ips.front();
    status["podIPs"] = std::move(ips);
    status["conditions"] = conditions_of(pod, ready);
    json::array containers;
    for (const auto& container : pod.containers)
        containers.push_back(container_status(container, probed_container(probed, container), ready));
    status["containerStatuses"] = std::move(containers);
    status["diagnostics"] = context.diagnostics.about(k8s::Pod::kKind, pod.meta.name);
    return status;
}

}  // namespace

json::object pod_report(const ReportContext& context, const k8s::Pod& pod) {
    auto report = report_head(context, Resource::pods, pod.meta, k8s::Pod::kKind);
    report["spec"] = spec_of(pod);
    report["status"] = status_of(context, pod);
    return report;
}

}  // namespace fairway::ingress
