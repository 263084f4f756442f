#include "ingress/configmap/parse.hpp"

#include <algorithm>

#include "base/spelling.hpp"
#include "ingress/annotations/access_guard.hpp"
#include "ingress/annotations/policies.hpp"
#include "ingress/configmap/descriptors.hpp"
#include "ingress/configmap/sections.hpp"
#include "ingress/options.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

/// Response heads of identity providers are large, and ingress-nginx's 4k is its best known trap.
constexpr std::uint64_t kSmallestResponseHead = 64 * 1024;
constexpr std::uint64_t kLargestResponseHead = 16 * 1024 * 1024;

Result<std::uint32_t> parse_buffer_size(std::string_view text) {
    const auto bytes = parse_size(text);
    if (!bytes) return bytes.error();
    return static_cast<std::uint32_t>(std::clamp(*bytes, kSmallestResponseHead, kLargestResponseHead));
}

Result<std::uint32_t> parse_kibibytes(std::string_view text) {
    const auto number = parse_integer(text, 0, kLargestResponseHead / 1024);
    if (!number) return number.error();
    return static_cast<std::uint32_t>(*number * 1024);
}

Result<std::uint16_t> parse_redirect_code(std::string_view text) {
    for (const std::uint16_t code : {301, 302, 307, 308})
        if (text == fmt::format("{}", code)) return code;
    return Error{fmt::format("\"{}\" is not one of 301, 302, 307 and 308", text)};
}

Result<std::chrono::minutes> parse_minutes(std::string_view text) {
    const auto minutes = parse_integer(text, 0, 60 * 24 * 365);
    if (!minutes) return minutes.error();
    return std::chrono::minutes(*minutes);
}

void read_redirects(SettingReader& settings, ConfigMapSettings& result) {
    read_tls_redirect(settings, result.defaults.policy.tls_redirect);
    settings.read("http-redirect-code", result.data_plane.http_redirect_code, parse_redirect_code);
    settings.read("relative-redirects", result.defaults.policy.relative_redirects, parse_bool);
    if (const auto text = settings.find("no-tls-redirect-locations"))
        result.no_tls_redirect_locations = split_list(*text);
}

void read_policy_defaults(SettingReader& settings, ConfigMapSettings& result) {
    auto& policy = result.defaults.policy;
    read_upstream_timeouts(settings, policy.timeouts);
    read_retry_policy(settings, policy.retry);
    bool retry_non_idempotent = false;
    settings.read("retry-non-idempotent", retry_non_idempotent, parse_bool);
    if (retry_non_idempotent) policy.retry.conditions |= routing::retry_non_idempotent;
    read_body_limit(settings, policy.body_limit);
    read_response_rewrite(settings, result.defaults.rewrite_texts, policy.response_rewrite);
    read_body_buffering(settings, result.defaults.response_buffers, policy.body_buffering);
    read_upstream_http(settings, policy.upstream_http);
    read_response_rate(settings, policy.response_rate);
    read_global_error_pages(settings, policy.error_pages);
    read_load_balance(settings, result.defaults.load_balance);
    settings.read("service-upstream", result.defaults.service_upstream, parse_bool);
    read_rate_limit_defaults(settings, result.defaults.rate_limits);
    settings.read("allow-cross-namespace-resources", result.defaults.cross_namespace, parse_bool);
    settings.read("proxy-buffer-size", result.data_plane.proxy_buffer_bytes, parse_buffer_size);
    std::uint32_t grpc_bytes = 0;
    settings.read("grpc-buffer-size-kb", grpc_bytes, parse_kibibytes);
    result.data_plane.proxy_buffer_bytes = std::max(result.data_plane.proxy_buffer_bytes, grpc_bytes);
    result.defaults.proxy_buffer_bytes = result.data_plane.proxy_buffer_bytes;
}

void read_acceptance(SettingReader& settings, ConfigMapSettings& result) {
    auto& rules = result.acceptance;
    if (const auto words = settings.find("annotation-value-word-blocklist")) rules.blocked_words = split_list(*words);
    if (const auto text = settings.find("annotations-risk-level")) {
        const auto level = parse_risk(*text);
        if (!level) settings.refuse("annotations-risk-level", level.error().message + ". Low counts");
        rules.risk_level = level ? *level : Risk::low;  // as ingress-nginx takes any other word
    }
    settings.read("allow-snippet-annotations", rules.allow_snippets, parse_bool);
    result.defaults.drop_snippets = rules.risk_level == Risk::critical && !rules.allow_snippets;
}

/// A key that would restrict access everywhere: closes every path, unless its value restricts nothing.
void close_unmet_guard(SettingReader& settings, const ConfigKeyDescriptor& row, std::string_view value,
                       std::string& denied) {
    const auto flag = parse_bool(value);
    if (flag && !*flag) return;
    settings.report(
        Severity::error, row.name,
        "restricts access and does not act in this version; remove it to serve without it. Every path answers 503",
        "AccessGuardNotSupported");
    if (denied.empty())
        denied = fmt::format("ConfigMap key {}: it restricts access and does not act in this version", row.name);
}

bool is_default(const ConfigKeyDescriptor& row, std::string_view value) {
    if (value == row.default_value) return true;
    const auto wanted = parse_bool(value);
    const auto by_default = parse_bool(row.default_value);
    return wanted && by_default && *wanted == *by_default;
}

void report_inactive(SettingReader& settings, const ConfigKeyDescriptor& row, std::string_view name,
                     std::string_view value) {
    if (row.status == Status::meaningless)
        settings.report(Severity::notice, name, fmt::format("has no effect: {}", row.doc), "KeyWithoutEffect");
    else if (row.status == Status::refused && !is_default(row, value))
        settings.report(Severity::warning, name, fmt::format("is not supported: {}. It is ignored", row.doc),
                        "SnippetNotSupported");
    else if (row.status == Status::planned && !is_default(row, value))
        settings.report(Severity::warning, name,
                        fmt::format("does not act in this version ({}). It is ignored", row.doc), "KeyNotSupported");
}

void review_keys(SettingReader& settings, std::string& denied) {
    for (const auto name : settings.names()) {
        const auto* row = find_config_key(name);
        const auto value = settings.find(name);
        if (row == nullptr)
            settings.report(
                Severity::warning, name,
                with_outcome(fmt::format("is not a key of ingress-nginx{}", did_you_mean(name, config_key_names())),
                             "It is ignored"),
                "UnknownKey");
        else if (value && row->guards_access && row->status != Status::acts)
            close_unmet_guard(settings, *row, *value, denied);
        else if (value)
            report_inactive(settings, *row, name, *value);
    }
}

}  // namespace

ConfigMapSettings default_configmap_settings() {
    ConfigMapSettings settings;
    settings.data_plane.forwarded.trusted_proxies = *parse_networks("0.0.0.0/0");
    settings.defaults.policy.body_buffering = routing::BodyBuffering{};
    settings.data_plane.tracing = routing::TraceSettings{};
    return settings;
}

ConfigMapSettings parse_configmap(const k8s::ConfigMap& map, References& references,
                                  std::vector<Diagnostic>& diagnostics) {
    auto settings = SettingReader::of_configmap(map, diagnostics);
    auto result = default_configmap_settings();
    auto& data_plane = result.data_plane;

    read_downstream(settings, data_plane.downstream);
    read_upstream_keepalive(settings, data_plane.upstream_keepalive);
    read_forwarded(settings, data_plane.forwarded);
    read_hsts(settings, data_plane.hsts);
    read_log_settings(settings, data_plane.access_log);
    read_redirects(settings, result);
    read_policy_defaults(settings, result);
    read_server_tls(settings, result.tls);
    read_streams(settings, result.streams);
    read_http2(settings, data_plane.http2, result.tls);
    read_bind_addresses(settings, result.bind_addresses);
    read_access_control(settings, result);
    result.defaults.modsecurity = read_modsecurity_defaults(settings);
    settings.read("server-tokens", data_plane.server_tokens, parse_bool);
    settings.read_items("hide-headers", data_plane.hide_headers, parse_field_name);
    settings.read_items("global-allowed-response-headers", result.defaults.allowed_response_headers, parse_field_name);
    read_tracing_keys(settings, result);
    read_field_sets(settings, references, data_plane);
    read_compression(settings, data_plane.compression);
    settings.read("worker-shutdown-timeout", data_plane.worker_shutdown_timeout, parse_duration);
    settings.read("enable-ocsp", result.ocsp, parse_bool);
    settings.read("use-geoip2", result.geoip2, parse_bool);
    settings.read("geoip2-autoreload-in-minutes", result.geoip2_reload, parse_minutes);
    settings.read("disable-ipv6-dns", result.disable_ipv6_dns, parse_bool);
    settings.read("ssl-dh-param", result.dh_parameters, parse_object_name);
    settings.read("proxy-ssl-location-only", result.upstream_tls_per_location, parse_bool);
    read_acceptance(settings, result);
    settings.read("strict-validate-path-type", result.strict_path_types, parse_bool);
    review_keys(settings, result.defaults.policy.denied);
    return result;
}

}  // namespace fairway::ingress
