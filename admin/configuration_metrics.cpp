// What became of the configuration: ingress-nginx's collectors/controller.go, where "reload" means "configuration
// applied", and Fairway's diagnostics.
#include <algorithm>
#include <set>
#include <string>

#include "admin/metrics_page.hpp"
#include "routing/route_table.hpp"

namespace fairway::admin {

namespace {

std::uint64_t combined(std::uint64_t seed, std::string_view text) {
    // FNV-1a, 64 bit: the same on every replica, as comparing them is what the hash is for.
    for (const char c : text) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return (seed ^ 0xff) * 0x100000001b3;
}

std::uint64_t hash_of(const routing::HostRules& host) {
    std::uint64_t hash = combined(0xcbf29ce484222325, host.name());
    for (const routing::Route& route : host.routes()) {
        hash = combined(hash, route.path);
        hash = combined(hash, route.type == routing::PathType::exact ? "exact" : "prefix");
        if (route.backend) hash = combined(hash, route.backend->name);
    }
    return hash;
}

/// Of hosts, paths and backends; 0 without a configuration. Kept to 53 bits, which a double (a sample) holds exactly.
std::uint64_t configuration_hash(const routing::Snapshot* snapshot) {
    if (snapshot == nullptr) return 0;
    std::uint64_t sum = 0;  // a sum, as the table gives its hosts in no particular order
    for (const auto& host : snapshot->routes->hosts()) sum += hash_of(*host);
    return sum & ((std::uint64_t{1} << 53) - 1);
}

/// ingress-nginx's orphan_ingress: Ingresses that lead to a Service that is missing or has no ready endpoint.
void append_orphans(Exposition& out, const MetricsInput& input) {
    std::set<std::string> series;  // an Ingress may be named by many diagnostics
    for (const ingress::Diagnostic& diagnostic : input.report.diagnostics) {
        if (diagnostic.kind != "Ingress") continue;
        const char* const type = diagnostic.reason == "ServiceNotFound" ? "no-service"
                                 : diagnostic.reason == "NoEndpoints"   ? "no-endpoint"
                                                                        : nullptr;
        if (type == nullptr) continue;
        Labels labels = controller_labels(input.identity);
        labels.add("ingress", diagnostic.object.name).add("namespace", diagnostic.object.ns).add("type", type);
        if (!series.insert(labels.text()).second) continue;
        if (series.size() == 1)
            out.family("nginx_ingress_controller_orphan_ingress", MetricType::gauge,
                       "Always 1: an Ingress with a backend that cannot answer.");
        out.sample(labels, 1);
    }
}

}  // namespace

void append_configuration_metrics(Exposition& out, const MetricsInput& input) {
    const Labels constant = controller_labels(input.identity);
    const ConfigurationStatus& status = input.configuration;

    out.family("nginx_ingress_controller_config_hash", MetricType::gauge,
               "Hash of the hosts, paths and backends that are live.");
    out.sample(constant, configuration_hash(input.snapshot.get()));
    out.family("nginx_ingress_controller_config_last_reload_successful", MetricType::gauge,
               "1 when all of the last change could be applied, 0 when a last good version had to stay.");
    out.sample(constant, status.last_successful ? 1 : 0);
    out.family("nginx_ingress_controller_config_last_reload_successful_timestamp_seconds", MetricType::gauge,
               "When a configuration was last applied whole, in seconds since 1970.");
    const auto since_epoch = status.last_success.time_since_epoch();
    out.sample(constant, std::chrono::duration<double>(since_epoch).count());
    out.family("nginx_ingress_controller_success", MetricType::counter, "Configurations applied.");
    out.sample(constant, status.applied);
    out.family("nginx_ingress_controller_errors", MetricType::counter, "Changes of which a part could not be applied.");
    out.sample(constant, status.failed);
    out.family("nginx_ingress_controller_build_info", MetricType::gauge, "Always 1; the labels say which build runs.");
    out.sample(Labels(constant)
                   .add("build", input.identity.commit)
                   .add("release", input.identity.version)
                   .add("repository", "fairway"),
               1);

    out.family("fairway_snapshot_generation", MetricType::gauge, "Number of the newest configuration.");
    out.sample({}, input.snapshot ? input.snapshot->generation : 0);
    out.family("fairway_snapshot_oldest_generation", MetricType::gauge,
               "Number of the oldest configuration that a worker still gives to new requests.");
    out.sample({}, input.data_plane.oldest_generation);
    out.family("fairway_hosts", MetricType::gauge, "Hosts with rules of their own.");
    out.sample({}, input.snapshot ? input.snapshot->routes->host_count() : 0);
    out.family("fairway_diagnostics", MetricType::gauge, "Diagnostics about objects that hold now, by severity.");
    for (const auto severity : {ingress::Severity::error, ingress::Severity::warning, ingress::Severity::notice})
        out.sample(Labels().add("severity", ingress::to_string(severity)), input.report.count(severity));
    append_orphans(out, input);
}

}  // namespace fairway::admin
