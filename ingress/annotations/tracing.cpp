#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.hpp"
#include "ingress/annotations/policies.hpp"
#include "ingress/values.hpp"
#include "routing/policy/tracing.hpp"

namespace fairway::ingress {

namespace {

/// ingress-nginx: letters, digits, _ and -. The key of this name may hold variables.
Result<routing::TextTemplate> parse_operation_name(std::string_view text) {
    const bool good = std::ranges::all_of(text, [](char c) { return ascii::is_alnum(c) || c == '_' || c == '-'; });
    if (good) return routing::literal_template(std::string(text));
    return Error{fmt::format("\"{}\" holds more than letters, digits, _ and -; write one such as checkout", text)};
}

}  // namespace

void read_tracing(SettingReader& settings, const TracingDefaults& defaults, routing::Part<routing::Tracing>& policy) {
    bool enabled = bool(policy);
    settings.read("enable-opentelemetry", enabled, parse_bool);
    routing::Tracing tracing = defaults.tracing;
    settings.read("opentelemetry-trust-incoming-span", tracing.trust_incoming, parse_bool);
    settings.read("opentelemetry-operation-name", tracing.operation_name, parse_operation_name);
    policy.reset();
    if (!enabled) return;
    policy = std::move(tracing);
    if (!defaults.has_collector && settings.find("enable-opentelemetry"))
        settings.report(
            Severity::warning, "enable-opentelemetry",
            "sends no span anywhere: set otlp-collector-host in the ConfigMap. Field traceparent goes to the "
            "endpoints all the same",
            "NoTraceCollector");
}

}  // namespace fairway::ingress
