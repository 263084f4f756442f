#include "ingress/probes/review.hpp"

#include <fmt/format.h>

#include "ingress/probes/probed_pods.hpp"
#include "k8s-client/objects/quote.hpp"

namespace fairway::ingress {

namespace {

class Review {
public:
    Review(const k8s::Pod& pod, ExecProbes exec) : pod_(pod), exec_(exec) {}

    std::vector<Diagnostic> run() {
        for (const auto& container : pod_.containers) {
            if (container.startup) check(container, *container.startup, "startupProbe");
            if (container.readiness) check(container, *container.readiness, "readinessProbe");
        }
        for (const auto& container : pod_.containers) {
            if (!container.liveness) continue;
            // One notice for each Pod: manifests tend to have one in every container.
            add(Severity::notice, container, *container.liveness, "livenessProbe", "LivenessProbeIgnored",
                "is the kubelet's job: it restarts containers, and Fairway starts and restarts nothing. Not run");
            break;
        }
        return std::move(diagnostics_);
    }

private:
    void check(const k8s::Container& container, const k8s::Probe& probe, std::string_view key) {
        if (!probed_port(container, probe)) {
            add(Severity::error, container, probe, key, "ProbePortNotFound",
                fmt::format("names the port {}, which is not among the container's ports; write its number or one of "
                            "their names. The Pod is never ready",
                            k8s::quoted(port_name(probe))));
        }
        if (!std::holds_alternative<k8s::ExecAction>(probe.action)) return;
        if (exec_ == ExecProbes::refused)
            add(Severity::warning, container, probe, key, "ExecProbeRefused",
                "runs a command on this machine, which needs the flag --allow-exec-probes. Not run: the Pod is never "
                "ready");
        else if (exec_ == ExecProbes::not_run_here)
            add(Severity::notice, container, probe, key, "ExecProbe",
                "runs a command on the machine that serves: fairway run does so only with --allow-exec-probes, and "
                "otherwise takes the Pod for not ready");
    }

    static std::string port_name(const k8s::Probe& probe) {
        if (const auto* http = std::get_if<k8s::HttpGetAction>(&probe.action)) return k8s::to_string(http->port);
        if (const auto* tcp = std::get_if<k8s::TcpSocketAction>(&probe.action)) return k8s::to_string(tcp->port);
        return {};
    }

    void add(Severity severity, const k8s::Container& container, const k8s::Probe& probe, std::string_view key,
             std::string reason, std::string message) {
        diagnostics_.push_back({.severity = severity,
                                .where = probe.where,
                                .kind = k8s::Pod::kKind,
                                .object = pod_.meta.name,
                                .field = probe_field(container, key),
                                .message = std::move(message),
                                .reason = std::move(reason)});
    }

    const k8s::Pod& pod_;
    ExecProbes exec_;
    std::vector<Diagnostic> diagnostics_;
};

}  // namespace

std::string probe_field(const k8s::Container& container, std::string_view probe) {
    return fmt::format("spec.containers[{}].{}", k8s::printable(container.name), probe);
}

std::vector<Diagnostic> review_probes(const k8s::Pod& pod, ExecProbes exec) { return Review(pod, exec).run(); }

}  // namespace fairway::ingress
