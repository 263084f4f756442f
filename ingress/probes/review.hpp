// What is to be said about the probes of a Pod before any of them has run.
#pragma once

#include <string>
#include <vector>

#include "ingress/diagnostics.hpp"
#include "k8s-client/objects/pod.hpp"

namespace fairway::ingress {

/// Who runs exec actions, as far as the command that asks knows.
enum class ExecProbes { refused, allowed, not_run_here };

/// Notices for livenessProbe (the kubelet's job), warnings for exec without leave, errors for ports that the container
/// does not name. `not_run_here`: lint and explain run no probe, and only say what run would need.
std::vector<Diagnostic> review_probes(const k8s::Pod& pod, ExecProbes exec);

/// "spec.containers[web].readinessProbe"
std::string probe_field(const k8s::Container& container, std::string_view probe);

}  // namespace fairway::ingress
