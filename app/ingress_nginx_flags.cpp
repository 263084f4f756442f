#include "app/ingress_nginx_flags.hpp"

namespace fairway::app {

namespace {

constexpr bool kText = true;   // takes a value
constexpr bool kBool = false;  // may stand alone
constexpr bool kMissed = true;

constexpr IngressNginxFlag kFlags[] = {
    {"--alsologtostderr", kBool},
    {"--bucket-factor", kText},
    {"--default-server-port", kText},
    {"--disable-full-test", kBool},
    {"--dynamic-configuration-retries", kText},
    {"--enable-metrics", kBool},
    {"--enable-ssl-chain-completion", kBool, kMissed},
    {"--exclude-socket-metrics", kText},
    {"--health-check-timeout", kText},
    {"--internal-logger-address", kText},
    {"--length-buckets", kText, kMissed},
    {"--log_backtrace_at", kText},
    {"--log_dir", kText},
    {"--log_file", kText},
    {"--log_file_max_size", kText},
    {"--logtostderr", kBool},
    {"--max-buckets", kText},
    {"--maxmind-edition-ids", kText},
    {"--maxmind-license-key", kText, kMissed},
    {"--maxmind-mirror", kText, kMissed},
    {"--maxmind-retries-count", kText},
    {"--maxmind-retries-timeout", kText},
    {"--metrics-per-undefined-host", kBool},
    {"--monitor-max-batch-size", kText},
    {"--one_output", kBool},
    {"--profiler-address", kText},
    {"--profiler-port", kText},
    {"--profiling", kBool},
    {"--report-status-classes", kBool},
    {"--size-buckets", kText, kMissed},
    {"--skip_headers", kBool},
    {"--skip_log_headers", kBool},
    {"--ssl-passthrough-proxy-port", kText},
    {"--status-port", kText},
    {"--stderrthreshold", kText},
    {"--stream-port", kText},
    {"--sync-period", kText},
    {"--sync-rate-limit", kText},
    {"--time-buckets", kText, kMissed},
    {"--v", kText},
    {"--vmodule", kText},
};

}  // namespace

std::span<const IngressNginxFlag> ingress_nginx_flags() noexcept { return kFlags; }

}  // namespace fairway::app
