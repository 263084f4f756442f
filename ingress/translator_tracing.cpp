// The parts of Translator that follow the OpenTelemetry collector: otlp-collector-host.
#include "ingress/setting_reader.hpp"
#include "ingress/translator.hpp"
#include "routing/policy/tracing.hpp"

namespace fairway::ingress {

namespace {

const ObjectKey& collector_user() {
    static const ObjectKey kUser{"", {"", "otlp-collector-host"}};
    return kUser;
}

}  // namespace

void Translator::follow_trace_collector() {
    std::optional<BackendKey> next;
    if (const auto& collector = settings_.trace_collector)
        next = server_backend(*collector, {}, settings_.defaults.service_names);
    if (next) backends_.add_user(*next, collector_user());
    if (trace_collector_ && trace_collector_ != next) backends_.remove_user(*trace_collector_, collector_user());
    trace_collector_ = std::move(next);
    if (!trace_collector_) return;
    auto traces = *settings_.data_plane.tracing;
    traces.collector = backends_.find(*trace_collector_)->backend->id;
    settings_.data_plane.tracing = std::move(traces);
}

void Translator::report_trace_collector() {
    std::vector<Diagnostic> diagnostics;
    const auto* map = options_.configmap ? store_->find<k8s::ConfigMap>(*options_.configmap) : nullptr;
    if (trace_collector_ && map != nullptr)
        if (const auto& problem = backends_.find(*trace_collector_)->endpoints.problem; !problem.reason.empty())
            SettingReader::of_configmap(*map, diagnostics)
                .report(problem.severity, "otlp-collector-host",
                        with_outcome(problem.message, "Spans are dropped until it is there"), problem.reason);
    book_->replace("trace-collector", std::move(diagnostics));
}

}  // namespace fairway::ingress
