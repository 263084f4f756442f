// The page GET /metrics: ingress-nginx's metrics under its names (so that its dashboards keep working), then Fairway's
// own under fairway_. Every name with its meaning: docs/metrics.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "admin/exposition.hpp"
#include "ingress/diagnostics.hpp"
#include "proxy/metrics.hpp"
#include "routing/snapshot.hpp"

namespace fairway::ingress {
class Prober;
}

namespace fairway::admin {

/// Labels that every metric of ingress-nginx carries (reference section 7.1).
struct Identity {
    std::string controller_namespace;  ///< POD_NAMESPACE
    std::string controller_pod;        ///< POD_NAME, or the name of the machine
    std::string controller_class;      ///< --controller-class
    std::string version;
    std::string commit;
};

/// How applying configurations went so far; the owner of the data plane keeps it.
struct ConfigurationStatus {
    std::uint64_t applied = 0;  ///< configurations that went live
    std::uint64_t failed = 0;   ///< changes of which a part could not be read, so that its last good version stayed
    bool last_successful = false;
    std::chrono::system_clock::time_point last_success;  ///< meaningless while `applied` is 0
};

struct MetricsOptions {
    bool per_host = true;  ///< --metrics-per-host: give request metrics a label `host`
};

/// Everything the page shows, at one moment.
struct MetricsInput {
    Identity identity;
    MetricsOptions options;
    ConfigurationStatus configuration;
    proxy::Metrics data_plane;
    ingress::Report report;
    std::shared_ptr<const routing::Snapshot> snapshot;  ///< null before the first
    const ingress::Prober* prober = nullptr;            ///< null: nothing is probed
};

std::string metrics_page(const MetricsInput& input);

// Its parts, in order; each appends whole families.
void append_request_metrics(Exposition& out, const MetricsInput& input);
void append_connection_metrics(Exposition& out, const MetricsInput& input);
/// Nothing while no service listener is open.
void append_stream_metrics(Exposition& out, const MetricsInput& input);
void append_configuration_metrics(Exposition& out, const MetricsInput& input);
void append_certificate_metrics(Exposition& out, const MetricsInput& input);
void append_probe_metrics(Exposition& out, const MetricsInput& input);
/// CPU, memory, descriptors of this process, from /proc; what cannot be read is left out.
void append_process_metrics(Exposition& out, const MetricsInput& input);

/// controller_namespace, controller_class and controller_pod.
Labels controller_labels(const Identity& identity);

}  // namespace fairway::admin
